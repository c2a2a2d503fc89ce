import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';

const Status = Type.Object({ status: Type.Literal('ok') });
const content = { 'application/json': Status };
const Ready = Type.Object({
  status: Type.Literal('ok'),
  rebuild: Type.Optional(
    Type.Object(
      {
        done: Type.Integer(),
        events: Type.Optional(
          Type.Integer({ description: 'An estimate of all events, once MongoDB has counted them.' }),
        ),
      },
      { description: 'The engine is being filled from MongoDB: until it has ended, answers leave events out.' },
    ),
  ),
});

export function healthRoutes({ ingest, store }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/health',
      summary: 'Check whether the server is running',
      access: 'open',
      answers: { 200: { description: 'The server is running.', content } },
      handler: async () => ({ status: 'ok' }),
    },
    {
      method: 'GET',
      url: '/ready',
      summary: 'Check whether the server is ready: the journal is writable and the engine responds',
      access: 'open',
      answers: { 200: { description: 'The server is ready.', content: { 'application/json': Ready } } },
      errors: ['JOURNAL_UNAVAILABLE', 'STORE_UNAVAILABLE', 'SERVER_STOPPING'],
      handler: async () => {
        const { state, rebuild } = ingest.stats();
        if (state === 'stopping') throw new SeismoError('SERVER_STOPPING', 'The server is stopping.');
        await ingest.ping();
        await store.ping();
        if (rebuild?.state !== 'running') return { status: 'ok' };
        const { done, events } = rebuild;
        return { status: 'ok', rebuild: { done, ...(events !== undefined && { events }) } };
      },
    },
  ];
}
