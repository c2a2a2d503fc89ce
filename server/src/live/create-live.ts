import { SeismoError } from '../model/errors.ts';
import type { Filter, QueryControl } from '../model/query.ts';
import { withPatternsOf } from '../model/regexp.ts';
import { appAt, type Committed, type RejectedEvent } from '../row/committed-rows.ts';
import { decodeRow } from '../row/row.ts';
import type { Store } from '../store/store.ts';
import { Follower, type Source, Told } from './follower.ts';
import type { Live, Outlet, Patience, ReaderRequest } from './live.ts';
import { LiveMatchBudget } from './match-budget.ts';
import { heartbeat, opening } from './message.ts';
import { Places, type Run } from './places.ts';
import { Reader } from './reader.ts';
import { RefusedLog } from './refused-log.ts';
import { RefusedReader } from './refused-reader.ts';
import { type PlacedEvent, pagesOf } from './stored.ts';

export interface LiveOptions {
  readonly store: Pick<Store, 'following' | 'countFollowing'>;
  /** Waits until the store holds what was acknowledged. @throws STORE_BEHIND */
  readonly catchUp: (app: string, signal?: AbortSignal) => Promise<void>;
  /** Events that the engine refused: they are in no store. */
  readonly rejectedRows: () => readonly PlacedEvent[];
  /** In their order, the last is this one. */
  readonly runs: readonly Run[];
  readonly listenersMax: number;
  readonly control: QueryControl;
  readonly now: () => number;
  readonly logger: { warn(fields: object, message: string): void };
  readonly patience?: Patience;
}

/** What the room is told by ingest, beside what it answers to `http`. */
export interface LiveRoom extends Live {
  committed(committed: Committed): void;
  refused(app: string, refused: readonly RejectedEvent[]): void;
}

const PATIENCE: Patience = { heartbeatMs: 15_000, stalledMs: 15_000, bufferMaxBytes: 1024 * 1024 };
/** More at once are read from the store, in pages: telling them here would hold up everybody else. */
const BURST_MAX = 2_000;
/** So many are told to one who comes back; more is a gap. */
const MISSED_MAX = 100_000;

export function createLive(options: LiveOptions): LiveRoom {
  const { now, logger, store, control } = options;
  const patience = options.patience ?? PATIENCE;
  const places = new Places(options.runs);
  const log = new RefusedLog();
  const readers = new Map<Reader, Follower | RefusedReader>();
  /** Of each app that somebody follows. */
  const followers = new Map<string, Set<Follower>>();
  let endSeq = options.runs.at(-1)!.firstSeq;
  let isClosed = false;
  /** Those who catch up read one page after the other: they must not take the engine from those who ask. */
  let lastRead: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = lastRead.then(work, work);
    lastRead = turn.catch(() => {});
    return turn;
  };

  const source: Source = {
    budget: new LiveMatchBudget(),
    get endSeq() {
      return endSeq;
    },
    bufferMaxBytes: patience.bufferMaxBytes,
    idOf: (seq) => places.idOf(seq),
    catchUp: options.catchUp,
    async count(app, filters, fromSeq, toSeq) {
      try {
        const query = { app, filters, fromSeq, toSeq, runs: places.runsOf(fromSeq, toSeq) };
        const missed = await inTurn(() => store.countFollowing(query, withPatternsOf(control, filters)));
        return missed > MISSED_MAX ? undefined : missed + options.rejectedRows().length;
      } catch (error) {
        if (error instanceof SeismoError && error.code.startsWith('QUERY_LIMIT_')) return undefined;
        throw error;
      }
    },
    read: (app, filters, fromSeq, toSeq) => read(app, filters, fromSeq, toSeq),
    onFailure: (error) =>
      logger.warn({ err: error }, 'a live reader was dropped: what it had missed could not be read'),
  };

  async function* read(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number) {
    const query = { app, filters, fromSeq, toSeq, runs: places.runsOf(fromSeq, toSeq) };
    const limits = withPatternsOf(control, filters);
    const pages = pagesOf(query, options.rejectedRows(), (page) => inTurn(() => store.following(page, limits)));
    for await (const page of pages)
      yield page.map(({ seq, id, event }) => new Told(seq, id ?? places.idOf(seq), event));
  }

  /** The oldest first. */
  const connectionsOf = (who: string): Reader[] => [...readers.keys()].filter((reader) => reader.who === who);

  /** Those of the user or key that has most. */
  function mostConnections(): Reader[] {
    const byOwner = new Map<string, Reader[]>();
    for (const reader of readers.keys()) byOwner.set(reader.who, [...(byOwner.get(reader.who) ?? []), reader]);
    return [...byOwner.values()].reduce((most, each) => (each.length > most.length ? each : most), []);
  }

  /** @throws LIVE_TOO_MANY */
  function admit(request: ReaderRequest, out: Outlet): Reader {
    if (isClosed) throw new SeismoError('SERVER_STOPPING', 'The server is stopping.');
    const { listenersMax } = options;
    const tooMany = new SeismoError(
      'LIVE_TOO_MANY',
      `At most ${listenersMax} may follow at once (liveListenersMax), no one user or key has more than half of it, and when all are taken, whoever has most gives one up to whoever has two fewer.`,
    );
    const own = connectionsOf(request.who);
    if (own.length >= Math.max(1, Math.floor(listenersMax / 2))) throw tooMany;
    if (readers.size >= listenersMax) {
      const most = mostConnections();
      if (most.length < own.length + 2) throw tooMany;
      most[0]!.sendAway(tooMany);
    }
    const reader: Reader = new Reader(request, out, patience, now, () => {
      const follower = readers.get(reader);
      readers.delete(reader);
      const ofApp = followers.get(reader.app);
      if (follower instanceof Follower && ofApp?.delete(follower) && ofApp.size === 0) followers.delete(reader.app);
      if (readers.size === 0) clearInterval(beat);
    });
    return reader;
  }

  let beat: NodeJS.Timeout | undefined;
  function enlist(reader: Reader, follower: Follower | RefusedReader): void {
    if (reader.isOver) return;
    if (readers.size === 0) beat = setInterval(beatAll, patience.heartbeatMs);
    readers.set(reader, follower);
    if (!(follower instanceof Follower)) return;
    const ofApp = followers.get(reader.app) ?? new Set();
    followers.set(reader.app, ofApp.add(follower));
  }

  function beatAll(): void {
    for (const [reader, follower] of readers) {
      if (reader.isPatientlyWaitedFor()) reader.write(heartbeat(follower.id));
      if (!reader.isOver) void reader.check();
    }
  }

  return {
    follow(request, out) {
      const reader = admit(request, out);
      const { lastId } = request;
      const seq = lastId === undefined ? undefined : places.seqOf(lastId);
      const isKnown = lastId === undefined || (seq !== undefined && seq < endSeq);
      const follower = new Follower(
        reader,
        request.filters,
        source,
        isKnown && seq !== undefined ? seq + 1 : undefined,
      );
      reader.write(opening(lastId === undefined ? follower.id : undefined));
      if (!isKnown) follower.tellGap('This server does not know the place any more.', endSeq);
      enlist(reader, follower);
    },

    followRefused(request, out) {
      const reader = admit(request, out);
      const { lastId } = request;
      const follower = new RefusedReader(
        reader,
        log,
        (number) => places.idOf(number),
        // Numbers count from the start of the server.
        lastId !== undefined && places.isOfThisRun(lastId) ? (places.seqOf(lastId) ?? 0) : 0,
      );
      reader.write(opening(undefined));
      enlist(reader, follower);
      follower.tell();
    },

    committed({ firstSeq, count, apps, rows }) {
      endSeq = firstSeq + count;
      if (followers.size === 0) return;
      const followed = [...apps].filter((app) => followers.has(app));
      if (followed.length === 0) return;
      if (count > BURST_MAX) {
        for (const app of followed) for (const follower of followers.get(app)!) follower.fallBehind();
        return;
      }
      let seq = firstSeq - 1;
      for (const row of rows()) {
        seq++;
        const ofApp = followers.get(appAt(row));
        if (ofApp === undefined) continue;
        const told = new Told(seq, places.idOf(seq), decodeRow(row.bytes, row.start));
        for (const follower of ofApp) follower.offer(told);
      }
    },

    refused(app, refused) {
      log.add(app, now(), refused);
      for (const follower of readers.values())
        if (follower instanceof RefusedReader && follower.app === app) follower.tell();
    },

    async recheck() {
      await Promise.all([...readers.keys()].map((reader) => reader.check()));
    },

    forget(app, before) {
      log.forget(app, before);
      // What waits for those who catch up may be erased: they read it again.
      for (const follower of followers.get(app) ?? []) follower.forget();
    },

    readers: () => readers.size,

    close() {
      isClosed = true;
      clearInterval(beat);
      for (const reader of [...readers.keys()])
        reader.sendAway(new SeismoError('SERVER_STOPPING', 'The server is stopping; come back soon.'));
    },
  };
}
