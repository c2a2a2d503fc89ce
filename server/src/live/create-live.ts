import { SeismoError } from '../model/errors.ts';
import type { Filter, QueryControl } from '../model/query.ts';
import { withPatternsOf } from '../model/regexp.ts';
import { appAt, type Committed, type RejectedEvent } from '../row/committed-rows.ts';
import { decodeRow } from '../row/row.ts';
import type { Store } from '../store/store.ts';
import { SerialQueue } from '../system/serial-queue.ts';
import { Connection } from './connection.ts';
import { EventIds, type Run } from './event-ids.ts';
import type { ConnectionRequest, Live, LiveTimeouts, SseStream } from './live.ts';
import { LiveMatchBudget } from './match-budget.ts';
import { RejectionLog } from './rejection-log.ts';
import { RejectionSubscription } from './rejection-subscription.ts';
import { heartbeat, opening } from './sse-message.ts';
import { pagesOf, type SeqEvent } from './stored-pages.ts';
import { LiveMessage, Subscription, type SubscriptionSource } from './subscription.ts';

export interface LiveOptions {
  readonly store: Pick<Store, 'following' | 'countFollowing'>;
  /** Waits until the store has what was acknowledged. @throws STORE_BEHIND */
  readonly catchUp: (app: string, signal?: AbortSignal) => Promise<void>;
  /** Events that the engine rejected: they are not in the store. */
  readonly rejectedRows: () => readonly SeqEvent[];
  /** In order; the last one is this run. */
  readonly runs: readonly Run[];
  readonly listenersMax: number;
  readonly control: QueryControl;
  readonly now: () => number;
  readonly logger: { warn(fields: object, message: string): void };
  readonly timeouts?: LiveTimeouts;
}

/** Live, together with what ingest reports to it. */
export interface LiveService extends Live {
  committed(committed: Committed): void;
  rejected(app: string, rejected: readonly RejectedEvent[]): void;
}

const TIMEOUTS: LiveTimeouts = { heartbeatMs: 15_000, stalledMs: 15_000, bufferMaxBytes: 1024 * 1024 };
/** More events at once are read from the store, in pages: sending them from here would delay everyone else. */
const BURST_MAX = 2_000;
/**
 * Sent to all subscribers together for each commit, about 20 ms of work. Those beyond it read from the store: 50 of them took 0.4 s
 * for 40 events of 200 kB.
 */
const SENT_MAX_BYTES = 16 * 1024 * 1024;
/** Maximum number of events sent to a subscriber that reconnects. More are a gap. */
const REPLAYED_MAX = 100_000;

export function createLive(options: LiveOptions): LiveService {
  const { now, logger, store, control } = options;
  const timeouts = options.timeouts ?? TIMEOUTS;
  const eventIds = new EventIds(options.runs);
  const log = new RejectionLog();
  const connections = new Map<Connection, Subscription | RejectionSubscription>();
  /** Of each app that has subscriptions. */
  const subscriptions = new Map<string, Set<Subscription>>();
  let endSeq = options.runs.at(-1)!.firstSeq;
  let isClosed = false;
  /** What may still be sent of the current commit. */
  let sendable = SENT_MAX_BYTES;
  /** Subscribers that catch up read one page after another: they must not take the engine from queries. */
  const reads = new SerialQueue();

  const source: SubscriptionSource = {
    budget: new LiveMatchBudget(),
    get endSeq() {
      return endSeq;
    },
    bufferMaxBytes: timeouts.bufferMaxBytes,
    spend(bytes) {
      sendable -= bytes;
      return sendable >= 0;
    },
    idOf: (seq) => eventIds.idOf(seq),
    catchUp: options.catchUp,
    async count(app, filters, fromSeq, toSeq) {
      try {
        const query = { app, filters, fromSeq, toSeq, runs: eventIds.runsOf(fromSeq, toSeq) };
        const missed = await reads.run(() => store.countFollowing(query, withPatternsOf(control, filters)));
        return missed > REPLAYED_MAX ? undefined : missed + options.rejectedRows().length;
      } catch (error) {
        if (error instanceof SeismoError && error.code.startsWith('QUERY_LIMIT_')) return undefined;
        throw error;
      }
    },
    read: (app, filters, fromSeq, toSeq) => read(app, filters, fromSeq, toSeq),
    onFailure: (error) =>
      logger.warn({ err: error }, 'a live connection was dropped: what it had missed could not be read'),
  };

  async function* read(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number) {
    const query = { app, filters, fromSeq, toSeq, runs: eventIds.runsOf(fromSeq, toSeq) };
    const limits = withPatternsOf(control, filters);
    const pages = pagesOf(query, options.rejectedRows(), (page) => reads.run(() => store.following(page, limits)));
    for await (const page of pages)
      yield page.map(({ seq, id, event }) => new LiveMessage(seq, id ?? eventIds.idOf(seq), event));
  }

  /** Oldest first. */
  const connectionsOf = (caller: string): Connection[] =>
    [...connections.keys()].filter((connection) => connection.caller === caller);

  /** The connections of the user or key with the most. */
  function mostConnections(): Connection[] {
    const byOwner = new Map<string, Connection[]>();
    for (const connection of connections.keys())
      byOwner.set(connection.caller, [...(byOwner.get(connection.caller) ?? []), connection]);
    return [...byOwner.values()].reduce((most, each) => (each.length > most.length ? each : most), []);
  }

  /** @throws LIVE_TOO_MANY */
  function admit(request: ConnectionRequest, out: SseStream): Connection {
    if (isClosed) throw new SeismoError('SERVER_STOPPING', 'The server is stopping.');
    const { listenersMax } = options;
    const tooMany = new SeismoError(
      'LIVE_TOO_MANY',
      `At most ${listenersMax} live connections can be open at once (\`liveListenersMax\`), and one user or key can have at most half of them. Close some of yours.`,
    );
    const own = connectionsOf(request.caller);
    if (own.length >= Math.max(1, Math.floor(listenersMax / 2))) throw tooMany;
    if (connections.size >= listenersMax) {
      const most = mostConnections();
      if (most.length < own.length + 2) throw tooMany;
      most[0]!.closeWith(tooMany);
    }
    const connection: Connection = new Connection(request, out, timeouts, now, () => {
      const subscription = connections.get(connection);
      connections.delete(connection);
      const ofApp = subscriptions.get(connection.app);
      if (subscription instanceof Subscription && ofApp?.delete(subscription) && ofApp.size === 0)
        subscriptions.delete(connection.app);
      if (connections.size === 0) clearInterval(beat);
    });
    return connection;
  }

  let beat: NodeJS.Timeout | undefined;
  function register(connection: Connection, subscription: Subscription | RejectionSubscription): void {
    if (connection.isClosed) return;
    if (connections.size === 0) beat = setInterval(beatAll, timeouts.heartbeatMs);
    connections.set(connection, subscription);
    if (!(subscription instanceof Subscription)) return;
    const ofApp = subscriptions.get(connection.app) ?? new Set();
    subscriptions.set(connection.app, ofApp.add(subscription));
  }

  function beatAll(): void {
    for (const [connection, subscription] of connections) {
      if (connection.isResponsive()) connection.write(heartbeat(subscription.id));
      if (!connection.isClosed) void connection.check();
    }
  }

  return {
    subscribe(request, out) {
      const connection = admit(request, out);
      const { lastId } = request;
      const seq = lastId === undefined ? undefined : eventIds.seqOf(lastId);
      const isKnown = lastId === undefined || (seq !== undefined && seq < endSeq);
      const subscription = new Subscription(
        connection,
        request.filters,
        source,
        isKnown && seq !== undefined ? seq + 1 : undefined,
      );
      connection.write(opening(lastId === undefined ? subscription.id : undefined));
      if (!isKnown) subscription.sendGap('This server does not know the last event id any more.', endSeq);
      register(connection, subscription);
    },

    subscribeToRejections(request, out) {
      const connection = admit(request, out);
      const { lastId } = request;
      const subscription = new RejectionSubscription(
        connection,
        log,
        (number) => eventIds.idOf(number),
        // Numbers count from the start of the server.
        lastId !== undefined && eventIds.isOfThisRun(lastId) ? (eventIds.seqOf(lastId) ?? 0) : 0,
      );
      connection.write(opening(undefined));
      register(connection, subscription);
      subscription.send();
    },

    committed({ firstSeq, count, apps, rows }) {
      endSeq = firstSeq + count;
      if (subscriptions.size === 0) return;
      const followed = [...apps].filter((app) => subscriptions.has(app));
      if (followed.length === 0) return;
      if (count > BURST_MAX) {
        for (const app of followed) for (const subscription of subscriptions.get(app)!) subscription.fallBehind();
        return;
      }
      sendable = SENT_MAX_BYTES;
      let seq = firstSeq - 1;
      for (const row of rows()) {
        seq++;
        const ofApp = subscriptions.get(appAt(row));
        if (ofApp === undefined) continue;
        const message = new LiveMessage(seq, eventIds.idOf(seq), decodeRow(row.bytes, row.start));
        for (const subscription of ofApp) subscription.offer(message);
      }
    },

    rejected(app, rejected) {
      log.add(app, now(), rejected);
      for (const subscription of connections.values())
        if (subscription instanceof RejectionSubscription && subscription.app === app) subscription.send();
    },

    async recheck() {
      await Promise.all([...connections.keys()].map((connection) => connection.check()));
    },

    forget(app, before) {
      log.forget(app, before);
      // Queued events may be erased: subscribers that catch up read them again.
      for (const subscription of subscriptions.get(app) ?? []) subscription.forget();
    },

    connections: () => connections.size,

    close() {
      isClosed = true;
      clearInterval(beat);
      for (const connection of [...connections.keys()])
        connection.closeWith(new SeismoError('SERVER_STOPPING', 'The server is stopping. Reconnect in a moment.'));
    },
  };
}
