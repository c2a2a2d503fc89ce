import { Type } from '@sinclair/typebox';
import type { AppSummary, StoreUsage } from '../../store/store.ts';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { appsWithin, usageWithin } from '../usage.ts';
import { Time } from './schemas.ts';

const Stats = Type.Object({
  version: Type.String({ description: 'Of the server.' }),
  startedAt: Time,
  ingest: Type.Object(
    { accepted: Type.Integer(), duplicates: Type.Integer(), rejected: Type.Record(Type.String(), Type.Integer()) },
    { additionalProperties: true },
  ),
  store: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
    description: 'null while the engine does not answer.',
  }),
  apps: Type.Union(
    [
      Type.Array(
        Type.Object({
          app: Type.String(),
          events: Type.Integer(),
          bytesOnDisk: Type.Integer({
            description:
              'Estimated: its share of the bytes is that of the events, since all apps lie in the same files.',
          }),
        }),
      ),
      Type.Null(),
    ],
    { description: 'The largest first; null while the engine does not answer.' },
  ),
  erasures: Type.Object(
    { running: Type.Integer(), waiting: Type.Integer() },
    { description: 'One of each app runs at a time.' },
  ),
  memoryBytes: Type.Integer({ description: 'Resident memory of the server.' }),
  disk: Type.Object(
    { freeBytes: Type.Integer({ description: 'What may still be written.' }), totalBytes: Type.Integer() },
    { description: 'Of the data directory.' },
  ),
});

export function statsRoutes({ ingest, store, erasures, disk, version, now }: HttpDeps): readonly Route[] {
  const startedAt = new Date(now()).toISOString();
  return [
    {
      method: 'GET',
      url: '/api/stats',
      summary: 'How the server is doing',
      access: 'admin',
      answers: { 200: { description: 'Counts and sizes.', content: { 'application/json': Stats } } },
      async handler() {
        const [usage, apps, diskNow] = await Promise.all([usageWithin(store), appsWithin(store), disk()]);
        return {
          version,
          startedAt,
          ingest: ingest.stats(),
          store: usage ?? null,
          apps: usage && apps ? shares(apps, usage) : null,
          erasures: erasures.counts(),
          memoryBytes: process.memoryUsage.rss(),
          disk: diskNow,
        };
      },
    },
  ];
}

function shares(apps: readonly AppSummary[], { bytesOnDisk }: StoreUsage): object[] {
  const events = apps.reduce((sum, { total }) => sum + total, 0);
  return apps
    .map(({ app, total }) => ({ app, events: total, bytesOnDisk: Math.round((bytesOnDisk * total) / events) }))
    .sort((a, b) => b.events - a.events || (a.app < b.app ? -1 : 1));
}
