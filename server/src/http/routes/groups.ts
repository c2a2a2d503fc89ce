import { Type } from '@sinclair/typebox';
import { GROUPS_PARAMETERS } from '../../reports/queries.ts';
import type { Groups as GroupsAnswer } from '../../reports/reports.ts';
import { answerFormat, formatParameters, TABLE_FORMATS } from '../answer-format.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { type AnswerTable, respondAs, TABLE_CONTENT } from '../table.ts';
import { sayAsOf } from './as-of.ts';
import { APP_PATH, Json, Notes, Time } from './schemas.ts';

const tally = { total: Type.Integer(), users: Type.Integer() };
const Groups = Type.Object({
  attr: Type.String(),
  from: Time,
  to: Time,
  timeZone: Type.String(),
  groups: Type.Array(Type.Object({ value: Json, ...tally })),
  other: Type.Object(tally),
  missing: Type.Object(tally),
  ...tally,
  usersExact: Type.Boolean(),
  notes: Type.Optional(Notes),
});

export function groupRoutes({ reports }: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/groups/:app',
      summary: 'Count events by the values of a property',
      access: 'read',
      cors: 'read',
      timed: true,
      params: APP_PATH,
      query: Type.Object({ ...GROUPS_PARAMETERS, ...formatParameters(TABLE_FORMATS) }),
      takesFilters: true,
      answers: {
        200: {
          description:
            'Most frequent first; values keep their type. As CSV or NDJSON: one row for each group, then one for the rest.',
          content: { 'application/json': Groups, ...TABLE_CONTENT },
        },
      },
      errors: [
        'QUERY_LIMIT_TIME',
        'QUERY_LIMIT_MEMORY',
        'QUERY_LIMIT_ROWS',
        'STORE_BEHIND',
        'QUERY_TOO_MANY',
        'QUERY_WAITED_TOO_LONG',
        'STORE_UNAVAILABLE',
      ],
      async handler(call) {
        const { app, query, filters } = call;
        const form = answerFormat(call, query.format, TABLE_FORMATS);
        const answer = await reports.groups(app, { ...query, filters }, call.control());
        sayAsOf(call.reply, answer);
        return respondAs(form, call, answer.value, () => tableOfGroups(answer.value), query.csvSafe);
      },
    }),
  ];
}

/** `group` distinguishes a value from the sum of groups beyond the limit and from events without the property. */
function tableOfGroups({ attr, groups, other, missing }: GroupsAnswer): AnswerTable {
  return {
    columns: [attr, 'group', 'total', 'users'].map((name) => ({ name })),
    rows: () => [
      ...groups.map(({ value, total, users }) => [value, 'value', total, users]),
      [undefined, 'other', other.total, other.users],
      [undefined, 'missing', missing.total, missing.users],
    ],
  };
}
