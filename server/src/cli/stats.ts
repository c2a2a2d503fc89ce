import type { Command } from 'commander';
import type { IngestStats } from '../ingest/ingest.ts';
import type { Salvage } from '../ingest/journal/salvage-summary.ts';
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
          : `${countOf(retried, 'event')} put in line again; \`seismo stats\` shows how they fare.`;
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
    ['events stored', store ? countText(store.events) : 'unknown: the engine is away'],
    ['bytes on disk', store ? bytesText(store.bytesOnDisk) : ''],
    ['bytes per event', store && store.events > 0 ? (store.bytesOnDisk / store.events).toFixed(1) : ''],
    ['waiting in the journal', `${countOf(ingest.journalEvents, 'event')}, ${bytesText(ingest.journalBytes)}`],
    ['oldest waiting', `${(ingest.lagMs / 1000).toFixed(1)} s`],
    [
      'rejected by the engine',
      `${countText(ingest.setAside)}${ingest.setAside > 0 ? ' (seismo retry tries again)' : ''}`,
    ],
    ...(ingest.damagedGroups > 0
      ? [['damaged on disk, kept apart', countOf(ingest.damagedGroups, 'transaction')]]
      : []),
    ...(ingest.salvage ? damageOf(ingest.salvage) : []),
    ...(erasures && erasures.running + erasures.waiting > 0
      ? [['erasures', `${countText(erasures.running)} running, ${countText(erasures.waiting)} waiting`]]
      : []),
    ['accepted since start', countText(ingest.accepted)],
    ['duplicates since start', countText(ingest.duplicates)],
    ...Object.entries(ingest.rejected).map(([code, count]) => [`refused: ${code}`, countText(count)]),
    ['ids remembered', `${countText(ingest.rememberedIds)}, ${bytesText(ingest.rememberedIdsBytes)}`],
    ...(ingest.lastFailure ? [['last failed load', ingest.lastFailure]] : []),
  ];
}

function damageOf({ at, found, keptAt, events, setAside, ids }: Salvage): string[][] {
  const saved = `${countOf(events.saved + setAside.saved, 'event')} saved`;
  const lost =
    events.lost === null || setAside.lost === null
      ? `nobody knows how many events were lost (of places up to ${events.knownUpTo}, ${countText(events.unaccounted)} are unaccounted for), ${saved}`
      : `${countOf(events.lost + setAside.lost, 'event')} lost, ${saved}`;
  const idsLost = ids.lost === null ? 'an unknown number of transactions' : countOf(ids.lost, 'transaction');
  return [
    ['the journal was damaged', `${new Date(at).toISOString()}: ${lost}; ids of ${idsLost} lost`],
    ['  what was found', found],
    ['  the damaged one', keptAt],
  ];
}
