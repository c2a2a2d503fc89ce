import { Socket } from 'node:net';
import { Type } from '@sinclair/typebox';
import { ERASE_PARAMETERS } from '../../reports/queries.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { APP_PATH } from './schemas.ts';

export function eraseRoutes({ reports }: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'DELETE',
      url: '/api/events/:app',
      summary: 'Erase events for good: those that match, or all',
      access: 'admin',
      params: APP_PATH,
      query: Type.Object(ERASE_PARAMETERS),
      takesFilters: true,
      answers: {
        200: {
          description: 'How many were hidden; their disk is freed later.',
          content: {
            'application/json': Type.Object({ erased: Type.Integer(), matching: Type.Optional(Type.Integer()) }),
          },
        },
      },
      errors: ['ERASE_FILTER_MISSING', 'PROPERTY_NOT_INDEXED', 'STORE_BEHIND', 'STORE_UNAVAILABLE'],
      audit: 'erase events',
      async handler({ app, query, filters, request, audit }) {
        // Rewriting parts may outlast any idle limit.
        const { socket } = request.raw;
        if (socket instanceof Socket) socket.setTimeout(0);
        const answer = await reports.erase(app, { ...query, filters });
        audit({ erased: answer.erased });
        return answer;
      },
    }),
  ];
}
