import type { Command } from 'commander';
import type { ArchiveStats } from '../ingest/archiving/archiver.ts';
import type { RebuildStats } from '../ingest/archiving/rebuild.ts';
import type { IngestStats } from '../ingest/ingest.ts';
import type { Salvage } from '../ingest/journal/salvage-summary.ts';
import type { MoveStatus } from '../model/move.ts';
import type { StoreUsage } from '../store/store.ts';
import { type CommonOptions, checkData, type Session, sessionOf, withCommon, withServer } from './common.ts';
import { bytesText, countOf, countText, table } from './output.ts';

interface Stats {
  readonly ingest: IngestStats;
  readonly store?: StoreUsage;
  readonly erasures?: { readonly running: number; readonly waiting: number };
}

export function addStats(program: Command): void {
  withCommon(program.command('stats'))
    .description('show what is stored, queued and rejected')
    .action(async (options: CommonOptions) => {
      const session = await withDataOf(options);
      const stats = (await withServer(session, (client) => client.json('GET', '/api/stats'))) as Stats;
      session.output.result(stats, table(['', ''], rowsOf(stats)));
    });

  withCommon(program.command('retry'))
    .description('retry the events that the engine rejected')
    .action(async (options: CommonOptions) => {
      const session = await withDataOf(options);
      const answer = await withServer(session, (client) => client.json('POST', '/admin/retry'));
      const { retried } = answer as { retried: number };
      const text =
        retried === 0
          ? 'There are no rejected events to retry.'
          : `${countOf(retried, 'event')} queued again. \`seismo stats\` shows whether they are stored.`;
      session.output.result({ retried }, text);
    });
}

async function withDataOf(options: CommonOptions): Promise<Session> {
  const session = await sessionOf(options);
  if (!session.client) checkData(session);
  return session;
}

function rowsOf({ ingest, store, erasures }: Stats): string[][] {
  return [
    ['events stored', store ? countText(store.events) : 'unknown (the engine is not responding)'],
    ['bytes on disk', store ? bytesText(store.bytesOnDisk) : ''],
    ['bytes per event', store && store.events > 0 ? (store.bytesOnDisk / store.events).toFixed(1) : ''],
    ['waiting in the journal', `${countOf(ingest.journalEvents, 'event')}, ${bytesText(ingest.journalBytes)}`],
    ['oldest waiting', `${(ingest.lagMs / 1000).toFixed(1)} s`],
    [
      'rejected by the engine',
      `${countText(ingest.setAside)}${ingest.setAside > 0 ? ' (`seismo retry` queues them again)' : ''}`,
    ],
    ...(ingest.archive ? archiveOf(ingest.archive) : []),
    ...(ingest.rebuild?.state === 'running' ? rebuildOf(ingest.rebuild) : []),
    ...(ingest.backfill ? backfillOf(ingest.backfill) : []),
    ...(ingest.damagedGroups > 0 ? [['damaged journal transactions', countText(ingest.damagedGroups)]] : []),
    ...(ingest.salvage ? damageOf(ingest.salvage) : []),
    ...(erasures && erasures.running + erasures.waiting > 0
      ? [['erasures', `${countText(erasures.running)} running, ${countText(erasures.waiting)} waiting`]]
      : []),
    ['accepted since start', countText(ingest.accepted)],
    ['duplicates since start', countText(ingest.duplicates)],
    ...Object.entries(ingest.rejected).map(([code, count]) => [`rejected: ${code}`, countText(count)]),
    ['ids remembered', `${countText(ingest.rememberedIds)}, ${bytesText(ingest.rememberedIdsBytes)}`],
    ...(ingest.lastFailure ? [['last failed load', ingest.lastFailure]] : []),
  ];
}

function archiveOf({
  events,
  bytes,
  lagMs,
  orders,
  rejected,
  lastFailure,
  gapSinceMs,
  state,
}: ArchiveStats): string[][] {
  return [
    ['waiting for MongoDB', `${countOf(events, 'event')}, ${bytesText(bytes)}, oldest ${(lagMs / 1000).toFixed(1)} s`],
    ...(orders > 0 ? [['erasures waiting for MongoDB', countText(orders)]] : []),
    ...(rejected > 0 ? [['rejected by MongoDB', `${countText(rejected)} (\`seismo retry\` sends them again)`]] : []),
    ...(state === 'waiting' && lastFailure !== undefined ? [['MongoDB', lastFailure]] : []),
    ...(gapSinceMs === undefined
      ? []
      : [
          [
            'events erased since are still in MongoDB',
            `${new Date(gapSinceMs).toISOString()}: \`archive\` was not set`,
          ],
        ]),
  ];
}

function rebuildOf({ done, events, lastFailure }: RebuildStats): string[][] {
  return [
    [
      'engine being filled from MongoDB',
      events === undefined ? 'waits for MongoDB' : `${countText(done)} of about ${countOf(events, 'event')}`,
    ],
    ...(lastFailure === undefined ? [] : [['  last failure', lastFailure]]),
  ];
}

function backfillOf({ done, events, error }: MoveStatus): string[][] {
  return [
    ['earlier events compared with MongoDB', `${countText(done)} of ${countOf(events, 'event')}`],
    ...(error === undefined ? [] : [['  last failure', error]]),
  ];
}

function damageOf({ at, found, keptAt, events, setAside, ids }: Salvage): string[][] {
  const saved = `${countOf(events.saved + setAside.saved, 'event')} saved`;
  const lost =
    events.lost === null || setAside.lost === null
      ? `an unknown number of events lost (${countText(events.unaccounted)} sequence numbers up to ${events.knownUpTo} are unaccounted for), ${saved}`
      : `${countOf(events.lost + setAside.lost, 'event')} lost, ${saved}`;
  const idsLost = ids.lost === null ? 'an unknown number of transactions' : countOf(ids.lost, 'transaction');
  return [
    ['journal was damaged', `${new Date(at).toISOString()}: ${lost}; ids of ${idsLost} lost`],
    ['  damage found', found],
    ['  damaged journal', keptAt],
  ];
}
