import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';

const Status = Type.Object({ status: Type.Literal('ok') });
const content = { 'application/json': Status };

export function healthRoutes({ ingest, store }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/health',
      summary: 'Whether the server is alive',
      access: 'open',
      answers: { 200: { description: 'It is.', content } },
      handler: async () => ({ status: 'ok' }),
    },
    {
      method: 'GET',
      url: '/ready',
      summary: 'Whether events are taken and questions answered: the journal can be written and the engine answers',
      access: 'open',
      answers: { 200: { description: 'Both.', content } },
      errors: ['JOURNAL_UNAVAILABLE', 'STORE_UNAVAILABLE', 'SERVER_STOPPING'],
      handler: async () => {
        if (ingest.stats().state === 'stopping') throw new SeismoError('SERVER_STOPPING', 'The server is stopping.');
        await ingest.ping();
        await store.ping();
        return { status: 'ok' };
      },
    },
  ];
}
