import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { sayAsOf } from './as-of.ts';
import { CALENDAR, EXACT, FILTERS, FRESH, FROM_TO, Json, parameter, Time } from './schemas.ts';

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
      ],
      answers: {
        200: {
          description: 'The most frequent first; values keep their type.',
          content: { 'application/json': Groups },
        },
      },
      errors: [
        'PARAMETER_UNKNOWN',
        'PARAMETER_INVALID',
        'QUERY_LIMIT_TIME',
        'QUERY_LIMIT_MEMORY',
        'QUERY_LIMIT_ROWS',
        'STORE_BEHIND',
        'STORE_UNAVAILABLE',
      ],
      async handler(call) {
        const answer = await reports.groups(call.app, call.search, call.control());
        sayAsOf(call.reply, answer);
        return answer.value;
      },
    },
  ];
}
