import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { IngestStats } from '../ingest/ingest.ts';
import type { StoreUsage } from '../store/store.ts';
import type { HttpDeps } from './deps.ts';
import { usageWithin } from './usage.ts';

export interface Metrics {
  readonly questionSeconds: Histogram<'route'>;
  /** Failed requests, by error code. */
  readonly failedRequests: Counter<'code'>;
  /** In the Prometheus text format, version 0.0.4. */
  text(): Promise<string>;
}

/** The metrics. Counters are read from the modules that count; nothing is counted twice. */
export function createMetrics({
  ingest,
  live,
  store,
  erasures,
}: Pick<HttpDeps, 'ingest' | 'store' | 'live' | 'erasures'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const questionSeconds = new Histogram({
    name: 'seismo_question_duration_seconds',
    help: 'Time from a question to its answer, by route.',
    labelNames: ['route'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const failedRequests = new Counter({
    name: 'seismo_requests_refused_total',
    help: 'Requests that failed since the start, by error code.',
    labelNames: ['code'] as const,
    registers,
  });
  const setters: ((stats: IngestStats, usage: StoreUsage | undefined) => void)[] = [];
  const counter = (name: string, help: string, read: (stats: IngestStats) => number): void => {
    const metric = new Counter({ name, help, registers });
    setters.push((stats) => {
      metric.reset();
      metric.inc(read(stats));
    });
  };
  const gauge = (
    name: string,
    help: string,
    read: (stats: IngestStats, usage: StoreUsage | undefined) => number | undefined,
  ): void => {
    const metric = new Gauge({ name, help, registers });
    setters.push((stats, usage) => {
      const value = read(stats, usage);
      if (value === undefined) registry.removeSingleMetric(name);
      else {
        if (registry.getSingleMetric(name) === undefined) registry.registerMetric(metric);
        metric.set(value);
      }
    });
  };
  counter('seismo_events_accepted_total', 'Events accepted since the start.', ({ accepted }) => accepted);
  counter('seismo_events_duplicate_total', 'Events known already since the start.', ({ duplicates }) => duplicates);
  const rejected = new Counter({
    name: 'seismo_events_rejected_total',
    help: 'Events rejected since the start, by error code.',
    labelNames: ['code'] as const,
    registers,
  });
  setters.push((stats) => {
    rejected.reset();
    for (const [code, count] of Object.entries(stats.rejected)) rejected.inc({ code }, count);
  });
  counter('seismo_blocks_loaded_total', 'Blocks loaded into the store.', ({ loadedBlocks }) => loadedBlocks);
  counter('seismo_load_failures_total', 'Attempts to load a block that failed.', ({ loadFailures }) => loadFailures);
  gauge('seismo_journal_events', 'Events in the journal, not yet in the store.', ({ journalEvents }) => journalEvents);
  gauge('seismo_journal_bytes', 'Bytes of these events.', ({ journalBytes }) => journalBytes);
  gauge(
    'seismo_journal_full',
    '1 while the journal is within 5 % of its limit, or the disk nearly full.',
    ({ state }) => (state === 'full' ? 1 : 0),
  );
  gauge('seismo_journal_age_seconds', 'Age of the oldest event not in the store.', ({ lagMs }) => lagMs / 1000);
  gauge('seismo_loader_waiting', '1 while the loader repeats a failed block.', ({ state }) => +(state === 'waiting'));
  gauge('seismo_events_set_aside', 'Events that the engine rejected.', ({ setAside }) => setAside);
  gauge(
    'seismo_journal_damaged_groups',
    'Groups of events that were damaged on disk and are kept apart.',
    ({ damagedGroups }) => damagedGroups,
  );
  gauge(
    'seismo_journal_lost_events',
    'Events lost the last time the journal was found damaged; those unaccounted for when that is not known.',
    ({ salvage }) => (salvage ? salvage.events.unaccounted + (salvage.setAside.lost ?? 0) : 0),
  );
  gauge('seismo_journal_loss_unknown', '1 when the damage does not tell how many events were lost.', ({ salvage }) =>
    salvage && (salvage.events.lost === null || salvage.setAside.lost === null) ? 1 : 0,
  );
  gauge(
    'seismo_archive_events',
    'Events in the journal, not yet in MongoDB. Absent without `archive`, like the others of this name.',
    ({ archive }) => archive?.events,
  );
  gauge('seismo_archive_bytes', 'Bytes of these events.', ({ archive }) => archive?.bytes);
  gauge(
    'seismo_archive_age_seconds',
    'Age of the oldest event not in MongoDB.',
    ({ archive }) => archive && archive.lagMs / 1000,
  );
  gauge('seismo_archive_orders', 'Erasures and the like that wait for MongoDB.', ({ archive }) => archive?.orders);
  gauge('seismo_archive_rejected_events', 'Events that MongoDB rejected.', ({ archive }) => archive?.rejected);
  gauge(
    'seismo_archive_waiting',
    '1 while the last attempt to write to MongoDB failed, and is repeated.',
    ({ archive }) => archive && +(archive.state === 'waiting'),
  );
  gauge('seismo_archive_failures', 'Attempts to write to MongoDB that failed.', ({ archive }) => archive?.failures);
  gauge('seismo_archive_backfill_running', '1 while earlier events are copied to MongoDB.', ({ archive, backfill }) =>
    archive === undefined ? undefined : backfill?.state === 'copying' ? 1 : 0,
  );
  gauge('seismo_rebuild_running', '1 while the engine is filled from MongoDB.', ({ rebuild }) =>
    rebuild?.state === 'running' ? 1 : 0,
  );
  gauge('seismo_remembered_ids', 'Ids remembered to recognise duplicates.', ({ rememberedIds }) => rememberedIds);
  gauge('seismo_remembered_ids_bytes', 'Memory of these ids.', ({ rememberedIdsBytes }) => rememberedIdsBytes);
  gauge('seismo_live_readers', 'Readers that follow live.', () => live.connections());
  gauge('seismo_erasures_running', 'Erasures that run.', () => erasures.counts().running);
  gauge('seismo_erasures_waiting', 'Erasures that wait for another one of their app.', () => erasures.counts().waiting);
  gauge('seismo_server_memory_bytes', 'Resident memory of the server.', () => process.memoryUsage.rss());
  gauge('seismo_engine_up', '1 when the engine answers.', (_, usage) => (usage ? 1 : 0));
  gauge('seismo_engine_memory_bytes', 'Resident memory of the embedded engine.', (_, usage) => usage?.memoryBytes);
  gauge('seismo_store_events', 'Events in the store.', (_, usage) => usage?.events);
  gauge('seismo_store_bytes', 'Bytes on disk of the store.', (_, usage) => usage?.bytesOnDisk);
  gauge('seismo_store_parts', 'Parts of the events table.', (_, usage) => usage?.parts);

  return {
    questionSeconds,
    failedRequests,
    async text() {
      const usage = await usageWithin(store);
      const stats = ingest.stats();
      for (const set of setters) set(stats, usage);
      return await registry.metrics();
    },
  };
}
