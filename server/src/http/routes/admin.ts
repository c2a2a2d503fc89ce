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
      summary: 'List the events that the engine rejected, with reasons',
      access: 'admin',
      answers: {
        200: { description: 'The rejected rows, in order of arrival.', content: { 'application/json': RejectedRows } },
      },
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
          description: 'The number of events that were queued again.',
          content: { 'application/json': Type.Object({ retried: Type.Integer() }) },
        },
      },
      errors: ['JOURNAL_UNAVAILABLE', 'STORE_FILLING'],
      handler: async () => ({ retried: await ingest.retryRejectedRows() }),
    },
  ];
}
