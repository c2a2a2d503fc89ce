import type { Connection, Parameters, QueryOptions, Settings } from '../connection.ts';
import { isAway } from '../failure-reason.ts';
import type { Layout } from '../layout.ts';
import { quotedText } from '../sql-quotes.ts';
import { ShardMap } from './shard-map.ts';

/**
 * What makes reads right: the same replica of a shard for everything, so that a question sees what the last insert wrote, no second replica
 * asked beside a slow one, and subqueries that are answered once for all shards.
 */
const READ: Settings = {
  load_balancing: 'in_order',
  prefer_localhost_replica: 0,
  use_hedged_requests: 0,
  distributed_product_mode: 'global',
};
/** An insert is answered when all shards have their rows, on most of their replicas. */
const INSERT: Settings = {
  ...READ,
  distributed_foreground_insert: 1,
  insert_quorum: 'auto',
  insert_quorum_timeout: 30_000,
};

/**
 * One connection over several: to all nodes of a cluster, or, without `cluster`, to servers that stand for one another (several addresses of one
 * server). A node that does not respond is passed over until the next one does not respond either.
 * @param nodes at least one
 */
export function openClusterConnection(nodes: readonly Connection[], cluster: string | undefined): Connection {
  const first = nodes[0]!;
  const shards = cluster === undefined ? undefined : new ShardMap(nodes, cluster);
  let current = 0;

  /** From the current node on, each at most once. */
  async function onAny<T>(work: (node: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const start = current;
    for (let tried = 0; ; tried++) {
      const index = (start + tried) % nodes.length;
      try {
        const result = await work(nodes[index]!);
        current = index;
        return result;
      } catch (error) {
        if (!isAway(error) || signal?.aborted || tried === nodes.length - 1) throw error;
      }
    }
  }

  const reading = (options: QueryOptions = {}): QueryOptions =>
    cluster === undefined ? options : { ...options, settings: { ...READ, ...options.settings } };

  async function* streamed<T>(options: QueryOptions, work: (node: Connection) => AsyncIterable<T>): AsyncGenerator<T> {
    const start = current;
    for (let tried = 0; ; tried++) {
      const index = (start + tried) % nodes.length;
      let hasBegun = false;
      try {
        for await (const piece of work(nodes[index]!)) {
          hasBegun = true;
          current = index;
          yield piece;
        }
        return;
      } catch (error) {
        if (!isAway(error) || hasBegun || options.signal?.aborted || tried === nodes.length - 1) throw error;
      }
    }
  }

  return {
    layout: cluster === undefined ? first.layout : layoutOf(cluster),
    nodes,
    makeDatabase: () => onAny((node) => node.makeDatabase()),
    query: (sql, params, options) => onAny((node) => node.query(sql, params, reading(options)), options?.signal),
    table: (sql, params, options) => onAny((node) => node.table(sql, params, reading(options)), options?.signal),
    stream: (sql, params, options) => streamed(reading(options), (node) => node.stream(sql, params, reading(options))),
    bytes: (sql, params, options) => streamed(reading(options), (node) => node.bytes(sql, params, reading(options))),
    command: (sql, params, settings) => onAny((node) => node.command(sql, params, settings)),
    async onShards(sql: string, params?: Parameters, settings?: Settings): Promise<void> {
      if (shards === undefined) return await onAny((node) => node.command(sql, params, settings));
      await allOf(await shards.groups(), (replicas) =>
        onFirst(replicas, (node) => node.command(sql, params, settings)),
      );
    },
    async insert(table, columns, payload, options = {}) {
      const index = current;
      const settings = cluster === undefined ? options.settings : { ...INSERT, ...options.settings };
      try {
        await nodes[index]!.insert(table, columns, payload, { ...options, ...(settings && { settings }) });
      } catch (error) {
        // It may have arrived. Whoever repeats it does so through the next node.
        if (isAway(error) && current === index) current = (index + 1) % nodes.length;
        throw error;
      }
    },
    /** On every node: the statement may have come through one that is no longer the current one. A node whose server has ended runs nothing. */
    async kill(queryIdPrefix) {
      const results = await Promise.allSettled(nodes.map((node) => node.kill(queryIdPrefix)));
      const failed = results.find((result) => result.status === 'rejected' && !isRefused(result.reason));
      if (failed?.status === 'rejected') throw failed.reason;
    },
    ping: () => onAny((node) => node.ping()),
    close: () => allOf(nodes, (node) => node.close()),
  };
}

const layoutOf = (cluster: string): Layout => ({
  rows: 'events_local',
  cluster,
  // One replica of each shard: the one that questions read.
  system: (table) => `cluster(${quotedText(cluster)}, system.${table})`,
});

/** The machine is there, but no server on it. */
const isRefused = (error: unknown): boolean =>
  isAway(error) && ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';

async function allOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(items.map(work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function onFirst(nodes: readonly Connection[], work: (node: Connection) => Promise<void>): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    try {
      await work(node);
      return;
    } catch (error) {
      if (!isAway(error) || index === nodes.length - 1) throw error;
    }
  }
}
