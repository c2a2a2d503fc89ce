import { Type } from '@sinclair/typebox';
import type { AppSummary, StoreUsage } from '../../store/store.ts';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { appsWithin, usageWithin } from '../usage.ts';
import { Time } from './schemas.ts';

const Stats = Type.Object({
  version: Type.String({ description: 'The version of the server.' }),
  startedAt: Time,
  ingest: Type.Object(
    { accepted: Type.Integer(), duplicates: Type.Integer(), rejected: Type.Record(Type.String(), Type.Integer()) },
    { additionalProperties: true },
  ),
  store: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
    description: '`null` while the engine does not respond.',
  }),
  apps: Type.Union(
    [
      Type.Array(
        Type.Object({
          app: Type.String(),
          events: Type.Integer(),
          bytesOnDisk: Type.Integer({
            description: 'An estimate from the share of events, because all apps share the same files.',
          }),
        }),
      ),
      Type.Null(),
    ],
    { description: 'Largest first; `null` while the engine does not respond.' },
  ),
  erasures: Type.Object(
    { running: Type.Integer(), waiting: Type.Integer() },
    { description: 'At most one erasure of each app runs at a time.' },
  ),
  memoryBytes: Type.Integer({ description: 'Resident memory of the server process.' }),
  disk: Type.Object(
    { freeBytes: Type.Integer({ description: 'Space available to Seismo.' }), totalBytes: Type.Integer() },
    { description: 'The disk of the data directory.' },
  ),
});

export function statsRoutes({ ingest, store, erasures, disk, version, now }: HttpDeps): readonly Route[] {
  const startedAt = new Date(now()).toISOString();
  return [
    {
      method: 'GET',
      url: '/api/stats',
      summary: 'Get statistics of the server',
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
