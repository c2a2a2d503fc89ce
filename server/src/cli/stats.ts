import type { Command } from 'commander';
import type { IngestStats } from '../ingest/ingest.ts';
import type { StoreUsage } from '../store/store.ts';
import { type CommonOptions, sessionOf, withCommon, withRooms } from './common.ts';
import { bytesText, countText, table } from './output.ts';

interface Stats {
  readonly ingest: IngestStats;
  readonly store?: StoreUsage;
}

export function addStats(program: Command): void {
  withCommon(program.command('stats'))
    .description('what is stored, what waits, what was refused')
    .action(async (options: CommonOptions) => {
      const session = await sessionOf(options);
      const stats = session.client
        ? ((await session.client.json('GET', '/api/stats')) as Stats)
        : await withRooms(session, async ({ ingest, store }) => ({
            ingest: ingest.stats(),
            store: await store.usage(),
          }));
      const { ingest, store } = stats;
      const rows = [
        ['events stored', store ? countText(store.events) : 'unknown: the engine is away'],
        ['bytes on disk', store ? bytesText(store.bytesOnDisk) : ''],
        ['bytes per event', store && store.events > 0 ? (store.bytesOnDisk / store.events).toFixed(1) : ''],
        ['waiting in the journal', `${countText(ingest.journalEvents)} events, ${bytesText(ingest.journalBytes)}`],
        ['oldest waiting', `${(ingest.lagMs / 1000).toFixed(1)} s`],
        ['set aside', `${countText(ingest.setAside)}${ingest.setAside > 0 ? ' (seismo retry puts them back)' : ''}`],
        ['accepted since start', countText(ingest.accepted)],
        ['duplicates since start', countText(ingest.duplicates)],
        ...Object.entries(ingest.rejected).map(([code, count]) => [`refused: ${code}`, countText(count)]),
        ['ids remembered', `${countText(ingest.rememberedIds)}, ${bytesText(ingest.rememberedIdsBytes)}`],
        ...(ingest.lastFailure ? [['last failed load', ingest.lastFailure]] : []),
      ];
      session.output.result(stats, table(['', ''], rows).trimStart());
    });

  withCommon(program.command('retry'))
    .description('put the events that the engine refused back in line')
    .action(async (options: CommonOptions) => {
      const session = await sessionOf(options);
      const { retried } = session.client
        ? ((await session.client.json('POST', '/admin/retry')) as { retried: number })
        : await withRooms(session, async ({ ingest }) => ({ retried: await ingest.retrySetAside() }));
      session.output.result({ retried }, `${countText(retried)} events are in line again.`);
    });
}
