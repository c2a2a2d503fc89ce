import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { StoredEventSchema } from './schemas.ts';

const RejectedRows = Type.Array(Type.Object({ seq: Type.Integer(), reason: Type.String(), event: StoredEventSchema }));

export function adminRoutes({ ingest }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/admin/set-aside',
      summary: 'Events that the engine refused, each with its reason',
      access: 'admin',
      answers: { 200: { description: 'In order of arrival.', content: { 'application/json': RejectedRows } } },
      handler: async () =>
        ingest.rejectedRows().map(({ seq, reason, event: { dataText, ...event } }) => ({
          seq,
          reason,
          event: {
            ...event,
            timestamp: new Date(event.timestamp).toISOString(),
            receivedAt: new Date(event.receivedAt).toISOString(),
            ...(event.clientTimestamp !== undefined && {
              clientTimestamp: new Date(event.clientTimestamp).toISOString(),
            }),
            ...(dataText !== undefined && { data: JSON.parse(dataText) as unknown }),
          },
        })),
    },
    {
      method: 'POST',
      url: '/admin/retry',
      summary: 'Retry the events that the engine rejected',
      access: 'admin',
      answers: {
        200: {
          description: 'How many.',
          content: { 'application/json': Type.Object({ retried: Type.Integer() }) },
        },
      },
      handler: async () => ({ retried: await ingest.retryRejectedRows() }),
    },
  ];
}
