import { Type } from '@sinclair/typebox';
import type { Groups as GroupsAnswer } from '../../reports/reports.ts';
import type { HttpDeps } from '../deps.ts';
import { answerFormOf, formParameter, TABLE_FORMS, takeCsvSafe } from '../form.ts';
import type { Route } from '../route.ts';
import { inForm, TABLE_CONTENT, type Table } from '../table.ts';
import { sayAsOf } from './as-of.ts';
import { CALENDAR, CSV_SAFE, EXACT, FILTERS, FRESH, FROM_TO, Json, Notes, parameter, Time } from './schemas.ts';

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
    {
      method: 'GET',
      url: '/api/groups/:app',
      summary: 'Counts by the value of a property',
      access: 'read',
      cors: 'read',
      timed: true,
      query: [
        parameter('attr', 'The property, nested by dots: `address.city`.'),
        ...FILTERS,
        parameter('date', '`today`, `yesterday` or a day.'),
        ...FROM_TO,
        { name: 'limit', description: 'The most frequent so many; the others are summed.', schema: Type.Integer() },
        ...CALENDAR,
        EXACT,
        FRESH,
        formParameter(TABLE_FORMS),
        CSV_SAFE,
      ],
      answers: {
        200: {
          description:
            'The most frequent first; values keep their type. As CSV or NDJSON a row a group, then the others.',
          content: { 'application/json': Groups, ...TABLE_CONTENT },
        },
      },
      errors: [
        'PARAMETER_UNKNOWN',
        'PARAMETER_INVALID',
        'QUERY_LIMIT_TIME',
        'QUERY_LIMIT_MEMORY',
        'QUERY_LIMIT_ROWS',
        'STORE_BEHIND',
        'QUERY_TOO_MANY',
        'QUERY_WAITED_TOO_LONG',
        'STORE_UNAVAILABLE',
      ],
      async handler(call) {
        const form = answerFormOf(call, TABLE_FORMS);
        const isSafe = takeCsvSafe(call);
        const answer = await reports.groups(call.app, call.search, call.control());
        sayAsOf(call.reply, answer);
        return inForm(form, call, answer.value, () => tableOfGroups(answer.value), isSafe);
      },
    },
  ];
}

/** `group` tells a value from the sums of those beyond the limit and of those without the property. */
function tableOfGroups({ attr, groups, other, missing }: GroupsAnswer): Table {
  return {
    columns: [attr, 'group', 'total', 'users'].map((name) => ({ name })),
    rows: () => [
      ...groups.map(({ value, total, users }) => [value, 'value', total, users]),
      [undefined, 'other', other.total, other.users],
      [undefined, 'missing', missing.total, missing.users],
    ],
  };
}
