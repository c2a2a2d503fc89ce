import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isServerUrl, serverAddresses } from '../../config/server-addresses.ts';
import type { Backfill } from '../../ingest/archiving/backfill.ts';
import type { Run } from '../../live/event-ids.ts';
import { SeismoError } from '../../model/errors.ts';
import type { MoveStatus, Moves } from '../../model/move.ts';
import { databaseFault, isMongoUrl, mongoPlaceOf } from '../../mongo/connection-string.ts';
import { failureReason } from '../../store/clickhouse/failure-reason.ts';
import type { Store } from '../../store/store.ts';
import { settledWithin } from '../../system/timeout.ts';
import type { OpenStore } from '../open-store.ts';
import { DayDiffers, EventCopy } from './copy-events.ts';
import { describeConnection, isSamePlace } from './moved-note.ts';

/** Part of the ten seconds that stopping can take. */
const STOP_MAX_MS = 2_000;
/** What `--to` calls the embedded engine. */
export const EMBEDDED = 'embedded';
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** With more than this left to copy, another pass comes before the switch, during which nothing new is loaded. */
const SWITCH_MAX_EVENTS = 100_000;
/** Events wait in the journal meanwhile. If it takes longer, the next pass begins first. */
const SWITCH_MAX_MS = 5 * 60_000;

export interface MoveOptions {
  readonly dataDir: string;
  /** Where the events are, as the setting `connection`. */
  readonly connection: string | undefined;
  /** That of the embedded engine. */
  readonly embedded: string | undefined;
  /** The setting, and what completes it. */
  readonly archive?:
    | { readonly url: string; readonly backfill: Pick<Backfill, 'start' | 'status' | 'stop'> }
    | undefined;
  readonly source: () => Store;
  readonly open: (connection: string | undefined) => Promise<OpenStore>;
  /** Everything accepted so far is in the store. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>;
  /** From when it resolves until the function is called that it resolves with, nothing changes the store. */
  readonly hold: (signal: AbortSignal) => Promise<() => void>;
  /** The runs of the server on this data directory; the current one is the last. */
  readonly runs: readonly Run[];
  /** Makes the other store the one in use, for this run and, first, for all later ones. */
  readonly switchTo: (to: string | undefined, opened: OpenStore) => void;
  readonly logger: Logger;
  readonly retryFirstMs?: number;
}

export interface MoveService extends Moves {
  stop(): Promise<void>;
}

/** It cannot succeed by trying again. */
class MoveFailed extends Error {}

interface Job {
  readonly to: string | undefined;
  readonly cancelled: AbortController;
  status: MoveStatus;
  ended: Promise<void>;
}

const NOTHING: MoveStatus = { state: 'none', events: 0, done: 0, copied: 0, removed: 0, passes: 0 };

/** Moves all events to another engine while the server runs (docs/decisions/move.md). One move at a time. */
export function startMoves(options: MoveOptions): MoveService {
  const { dataDir, logger } = options;
  let { connection } = options;
  let job: Job | undefined;
  const isRunning = (): boolean => job !== undefined && ['copying', 'switching'].includes(job.status.state);
  // With an archive, there is no other engine to move to.
  const status = (): MoveStatus => options.archive?.backfill.status() ?? job?.status ?? NOTHING;
  const stop = async (): Promise<void> => {
    job?.cancelled.abort(new Error('The move was stopped.'));
    await settledWithin(STOP_MAX_MS, job?.ended ?? Promise.resolve());
  };

  /** It has every event since it is set, and the backfill brings the earlier ones. */
  function startArchive(given: string): MoveStatus {
    const { archive } = options;
    if (databaseFault(given) !== undefined)
      throw new SeismoError('PARAMETER_INVALID', `\`to\` ${databaseFault(given)}.`, { field: 'to' });
    const place = mongoPlaceOf(given);
    if (archive === undefined || mongoPlaceOf(archive.url) !== place)
      throw impossible(
        `This server does not write to the MongoDB database ${place}. Set \`archive\` to its URL and restart the server: it then copies earlier events by itself, and this command shows how far it is.`,
      );
    return archive.backfill.start();
  }

  function start(given: string): MoveStatus {
    if (isMongoUrl(given)) return startArchive(given);
    const to = connectionOf(given, options.embedded);
    if (job !== undefined && isRunning()) {
      if (isSamePlace(job.to, to, dataDir)) return job.status;
      throw impossible(`The events are being moved to ${describeConnection(job.to)}. Cancel that first.`);
    }
    if (isSamePlace(to, connection, dataDir))
      throw impossible(
        `The events are in ${describeConnection(to)} already.${options.archive === undefined ? '' : ' To leave MongoDB, remove the setting `archive` and restart the server.'}`,
      );
    if (options.archive !== undefined && isServerUrl(to))
      throw impossible('Events that also go to MongoDB (`archive`) stay in the embedded engine.');
    const started: Job = {
      to,
      cancelled: new AbortController(),
      status: { ...NOTHING, state: 'copying', to: describeConnection(to) },
      ended: Promise.resolve(),
    };
    job = started;
    started.ended = run(started);
    return started.status;
  }

  async function run(current: Job): Promise<void> {
    const { signal } = current.cancelled;
    let opened: OpenStore | undefined;
    try {
      opened = await untilDone(current, signal, () => options.open(current.to));
      const target = opened;
      await untilDone(current, signal, () => begin(target.store));
      const copy = copyOf(current, options.source(), target.store);
      while (!(await untilDone(current, signal, () => pass(current, copy, target, signal))));
      opened = undefined;
      const { state: _, error: __, ...rest } = current.status;
      current.status = { ...rest, state: 'done', apps: copy.apps() };
      connection = current.to;
      logger.info(
        { to: rest.to, events: rest.events },
        'all events were moved and compared; the server uses the new place',
      );
    } catch (error) {
      const { error: _, ...rest } = current.status;
      if (signal.aborted) current.status = { ...rest, state: 'cancelled' };
      else {
        current.status = { ...rest, state: 'failed', error: (error as Error).message };
        logger.error({ err: error, to: rest.to }, 'the events were not moved; the server goes on with the old place');
      }
    } finally {
      await opened?.close();
    }
  }

  /** The other place may hold what an earlier move brought there, and nothing else. */
  async function begin(target: Store): Promise<void> {
    // Not only where it has been opened: this reports why not.
    await target.open();
    await target.copy.settle();
    const [here, there] = await Promise.all([options.source().copy.journals(), target.copy.journals()]);
    const mine = new Set([...options.runs, ...here].map(({ journal }) => journal));
    const current = options.runs.at(-1);
    // In an older data directory that was restored, the sequence numbers of its last run go on elsewhere.
    const endSeq = Math.max(current?.firstSeq ?? 0, ...here.map(({ highestSeq }) => highestSeq + 1));
    const others = there.filter(
      ({ journal, highestSeq }) => !mine.has(journal) || (journal !== current?.journal && highestSeq >= endSeq),
    );
    const count = others.reduce((sum, { events }) => sum + events, 0);
    if (count > 0)
      throw new MoveFailed(
        `The place to move to holds ${count} ${count === 1 ? 'event' : 'events'} that this server never had. Name an empty database.`,
      );
  }

  /** @returns whether the server now uses the other place */
  async function pass(current: Job, copy: EventCopy, target: OpenStore, signal: AbortSignal): Promise<boolean> {
    const { events } = await options.source().usage();
    current.status = { ...current.status, state: 'copying', events, done: 0 };
    const { copied, removed } = await copy.all(signal);
    const { error: _, ...rest } = current.status;
    current.status = { ...rest, passes: rest.passes + 1 };
    logger.info({ copied, removed, passes: rest.passes + 1 }, 'events compared with the place they move to');
    return copied + removed <= SWITCH_MAX_EVENTS && (await switchOver(current, copy, target, signal));
  }

  async function switchOver(current: Job, copy: EventCopy, target: OpenStore, signal: AbortSignal): Promise<boolean> {
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new Error(`Switching took over ${SWITCH_MAX_MS / 1_000} s.`)),
      SWITCH_MAX_MS,
    );
    const bounded = AbortSignal.any([signal, late.signal]);
    current.status = { ...current.status, state: 'switching' };
    try {
      await options.caughtUp(bounded);
      await switchHeld(current, copy, target, bounded);
    } finally {
      clearTimeout(timer);
    }
    return true;
  }

  async function switchHeld(current: Job, copy: EventCopy, target: OpenStore, signal: AbortSignal): Promise<void> {
    const since = performance.now();
    const release = await options.hold(signal);
    try {
      while ((await copy.changed(signal)).compared > 0);
      signal.throwIfAborted();
      options.switchTo(current.to, target);
    } finally {
      release();
      logger.info({ ms: Math.round(performance.now() - since) }, 'nothing was loaded for this time');
    }
  }

  /** Repeats what the machine or the network kept from happening. */
  async function untilDone<T>(current: Job, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let waitMs = options.retryFirstMs ?? RETRY_FIRST_MS; ; waitMs = Math.min(RETRY_MAX_MS, waitMs * 2)) {
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        current.status = { ...current.status, state: 'copying', error: retryable(error) };
        logger.warn({ err: error }, 'moving the events was interrupted; it is tried again');
      }
      await pause(waitMs, undefined, { signal });
    }
  }

  return {
    status,
    start,
    async cancel() {
      await options.archive?.backfill.stop();
      if (isRunning()) await stop();
      return status();
    },
    stop,
  };
}

function copyOf(current: Job, source: Store, target: Store): EventCopy {
  const add = (more: Partial<Record<'done' | 'copied' | 'removed', number>>): void => {
    const { done, copied, removed, error: _, ...rest } = current.status;
    current.status = {
      ...rest,
      done: done + (more.done ?? 0),
      copied: copied + (more.copied ?? 0),
      removed: removed + (more.removed ?? 0),
    };
  };
  return new EventCopy({
    source: source.copy,
    target: target.copy,
    onProgress: (done) => add({ done }),
    onCopied: (copied, removed) => add({ copied, removed }),
  });
}

/** What to show while it is tried again. @throws what trying again does not mend */
function retryable(error: unknown): string {
  if (error instanceof MoveFailed) throw error;
  if (error instanceof DayDiffers)
    throw new MoveFailed(
      `${error.message} Nothing was switched. See whether something else changes the events there (another program, a TTL, a row policy), then run the move again.`,
      { cause: error },
    );
  const { kind, text } = failureReason(error);
  if (kind === 'rights')
    throw new MoveFailed(
      `The server does not allow it (${text}). The user needs to create the database and its tables, to read, insert, alter and delete in them, and to read system.parts. Then run the move again.`,
      { cause: error },
    );
  if (kind === 'statement') throw new MoveFailed(`An engine cannot do it (${text}).`, { cause: error });
  return text;
}

/** As a sentence to be added. */
function addressesFault(given: string): string | undefined {
  try {
    serverAddresses(given);
    return undefined;
  } catch (error) {
    return ` It ${(error as Error).message}.`;
  }
}

/** @throws PARAMETER_INVALID, MOVE_NOT_POSSIBLE */
function connectionOf(given: string, embedded: string | undefined): string | undefined {
  if (given === EMBEDDED) return embedded;
  // No directory: whoever sends the request must not choose where on this machine an engine is made.
  const fault = /^(?:https?|clickhouse):\/\//i.test(given) ? addressesFault(given) : '';
  if (fault !== undefined)
    throw new SeismoError(
      'PARAMETER_INVALID',
      `\`to\` must be \`${EMBEDDED}\` or the URL of a ClickHouse server or of MongoDB, such as \`http://user:password@clickhouse.example.com:8123/seismo\`.${fault}`,
      { field: 'to' },
    );
  return given;
}

const impossible = (detail: string): SeismoError => new SeismoError('MOVE_NOT_POSSIBLE', detail);
