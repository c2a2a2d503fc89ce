import { Socket } from 'node:net';
import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { FILTERS, FROM_TO, parameter } from './schemas.ts';

export function eraseRoutes({ reports }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'DELETE',
      url: '/api/events/:app',
      summary: 'Erase events for good: those that match, or all',
      access: 'admin',
      query: [
        ...FILTERS,
        parameter('date', '`today`, `yesterday` or a day.'),
        ...FROM_TO,
        parameter('timeZone', 'The zone of dates without offset.'),
        {
          name: 'block',
          description:
            '`true` keeps what is erased out: for `idWindowDays` from now on it is a duplicate when it is sent again.',
          schema: Type.Boolean(),
        },
        {
          name: 'dryRun',
          description: '`true` erases nothing and answers how many events match (`matching`).',
          schema: Type.Boolean(),
        },
        { name: 'all', description: '`true` erases without a filter.', schema: Type.Boolean() },
      ],
      answers: {
        200: {
          description: 'How many were hidden; their disk is freed later.',
          content: {
            'application/json': Type.Object({ erased: Type.Integer(), matching: Type.Optional(Type.Integer()) }),
          },
        },
      },
      errors: [
        'ERASE_FILTER_MISSING',
        'PROPERTY_NOT_INDEXED',
        'PARAMETER_UNKNOWN',
        'PARAMETER_INVALID',
        'STORE_BEHIND',
        'STORE_UNAVAILABLE',
      ],
      audit: 'erase events',
      async handler({ app, search, request, audit }) {
        // Rewriting parts may outlast any idle limit.
        const { socket } = request.raw;
        if (socket instanceof Socket) socket.setTimeout(0);
        const answer = await reports.erase(app, search);
        audit({ erased: answer.erased });
        return answer;
      },
    },
  ];
}
