import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { usageWithin } from '../usage.ts';

const Stats = Type.Object({
  ingest: Type.Object(
    { accepted: Type.Integer(), duplicates: Type.Integer(), rejected: Type.Record(Type.String(), Type.Integer()) },
    { additionalProperties: true },
  ),
  store: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
    description: 'null while the engine does not answer.',
  }),
  memoryBytes: Type.Integer({ description: 'Resident memory of the server.' }),
});

export function statsRoutes({ ingest, store }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/stats',
      summary: 'How the server is doing',
      access: 'admin',
      answers: { 200: { description: 'Counts and sizes.', content: { 'application/json': Stats } } },
      handler: async () => ({
        ingest: ingest.stats(),
        store: (await usageWithin(store)) ?? null,
        memoryBytes: process.memoryUsage.rss(),
      }),
    },
  ];
}
