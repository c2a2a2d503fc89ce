import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type {
  Erasure,
  ErasureError,
  ErasureProgress,
  ErasureRequest,
  ErasureStatus,
  Erasures,
} from '../model/erasure.ts';
import { ERRORS, SeismoError } from '../model/errors.ts';
import type { Registry } from '../registry/registry.ts';
import { KeyedQueue } from '../system/keyed-queue.ts';
import type { SharedLock } from '../system/shared-lock.ts';
import { settledWithin } from '../system/timeout.ts';
import type { ErasureCounts, ErasureRun } from './erase.ts';

/** An erasure takes seconds. Callers with a list of users can name them all in one erasure. */
const WAITING_MAX_OF_APP = 50;
const WAITING_MAX = 500;
/** How many ended erasures are kept, so that callers can see the result. */
const ENDED_MAX_OF_APP = 20;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** Part of the ten seconds that stopping can take. Unfinished erasures continue at the next start. */
const STOP_MAX_MS = 500;
const KIND = 'erasures';

/** An erasure on disk. The request is deleted when it ends: it may name the person who asked to be forgotten. */
interface StoredErasure {
  readonly app: string;
  readonly status: ErasureStatus;
  readonly createdAt: number;
  readonly request?: ErasureRequest;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly isCancelled?: boolean;
  readonly counted?: ErasureCounts;
  readonly erased?: number;
  readonly error?: ErasureError;
}

/** An erasure in this run of the server. */
interface Job {
  readonly id: string;
  stored: StoredErasure;
  progress?: ErasureProgress;
  /** Of the last attempt. */
  error?: ErasureError | undefined;
  /** Why it failed; start() throws it. */
  failure?: SeismoError;
  /** Ends its attempt. */
  readonly cancelled: AbortController;
  /** Resolves when it has ended or the server stops. */
  ended?: Promise<void>;
}

export interface ErasureQueueOptions {
  readonly registry: Pick<Registry, 'list' | 'put' | 'remove'>;
  /** One attempt. @returns how many events were erased */
  readonly erase: (app: string, request: ErasureRequest, run: ErasureRun) => Promise<number>;
  /** Stops what an attempt began in the store. @returns how many events it had erased */
  readonly stop: (
    app: string,
    request: ErasureRequest,
    run: Pick<ErasureRun, 'id' | 'counted' | 'signal'>,
  ) => Promise<number>;
  readonly now: () => number;
  readonly logger: Logger;
  readonly retryFirstMs?: number;
}

export interface ErasureQueue extends Erasures {
  /**
   * Stores the erasure and runs it after earlier ones of the same app. Resolves when it has ended, or after `waitMs` at the latest.
   * @throws ERASURE_TOO_MANY, JOURNAL_UNAVAILABLE, and the failure of the erasure if it failed within that time
   */
  start(app: string, request: ErasureRequest, waitMs: number): Promise<Erasure>;
  /** Runs other work that erases events of the app, after the erasures before it. */
  inTurn<T>(app: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Erasures are on disk before they are answered, so a restarted server continues them. Only one of each app runs at a time. */
export function startErasures(options: ErasureQueueOptions): ErasureQueue {
  const { registry, now, logger } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const jobs = new Map<string, Job>();
  const queue = new KeyedQueue();

  const inTurn = async <T>(app: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    await queue.run(app, async () => {
      signal.throwIfAborted();
      return await work(signal);
    });

  async function keep(job: Job, changes: Partial<StoredErasure>): Promise<void> {
    signal.throwIfAborted();
    await put(job, { ...job.stored, ...changes });
  }

  /** In memory at once: a cancellation and the attempt that it ends write side by side, and each must build on what the other wrote. */
  async function put(job: Job, stored: StoredErasure): Promise<void> {
    const before = job.stored;
    job.stored = stored;
    try {
      await registry.put(KIND, job.id, stored);
    } catch (error) {
      if (job.stored === stored) job.stored = before;
      throw error;
    }
  }

  /** Stores it without the request. */
  async function end(job: Job, how: Pick<StoredErasure, 'status' | 'erased' | 'error'>): Promise<void> {
    const { request: _, ...stored } = job.stored;
    await put(job, { ...stored, ...how, finishedAt: now() });
    const old = ofApp(job.stored.app).filter(({ stored }) => isEnded(stored));
    for (const { id } of old.slice(ENDED_MAX_OF_APP)) {
      await registry.remove(KIND, id);
      jobs.delete(id);
    }
  }

  async function attempt(job: Job, request: ErasureRequest): Promise<void> {
    const { app } = job.stored;
    const startedAt = now();
    await keep(job, { status: 'running', startedAt: job.stored.startedAt ?? startedAt });
    const erased = await options.erase(app, request, {
      id: job.id,
      counted: job.stored.counted,
      keep: async (counted) => await keep(job, { counted }),
      onProgress(progress, failure) {
        job.progress = progress;
        job.error = failure === undefined ? undefined : errorOf(unwritable());
      },
      signal: AbortSignal.any([signal, job.cancelled.signal]),
    });
    await end(job, { status: 'done', erased });
    logger.info({ app, erasure: job.id, erased, ms: now() - startedAt }, 'events erased');
  }

  /** Whatever was erased before is answered, so that nobody takes a cancelled erasure for one that erased nothing. */
  async function cancel(job: Job, request: ErasureRequest): Promise<void> {
    const { app, counted, startedAt } = job.stored;
    const erased = startedAt === undefined ? 0 : await options.stop(app, request, { id: job.id, counted, signal });
    await end(job, { status: 'cancelled', erased });
    logger.info({ app, erasure: job.id, erased }, 'erasure cancelled');
  }

  /** Repeats until it is done: faults of the machine are tried again, faults of the caller are not. */
  async function run(job: Job): Promise<void> {
    const { request, app } = job.stored;
    if (request === undefined) return;
    const first = options.retryFirstMs ?? RETRY_FIRST_MS;
    for (let waitMs = first; !signal.aborted; waitMs = Math.min(RETRY_MAX_MS, waitMs * 2)) {
      const isCancelling = job.stored.isCancelled === true;
      try {
        await (isCancelling ? cancel(job, request) : attempt(job, request));
        return;
      } catch (error) {
        if (signal.aborted) return;
        // The attempt ended because it was cancelled.
        if (job.stored.isCancelled && !isCancelling) continue;
        const failure = error instanceof SeismoError ? error : bug(error);
        const isFirst = job.error?.code !== failure.code;
        job.error = errorOf(failure);
        // It may take hours, and nothing is wrong.
        if (failure.code !== 'STORE_FILLING') logger.warn({ err: error, app, erasure: job.id }, 'events not erased');
        else if (isFirst)
          logger.info({ app, erasure: job.id }, 'an erasure waits until the engine is filled from MongoDB');
        // What was begun must be stopped, whatever the reason why it was not.
        const isTemporary = job.stored.isCancelled || ERRORS[failure.code].kind === 'machine';
        // After an attempt has counted, the next one assumes that the erasure may have started.
        if (isTemporary) job.stored = { ...job.stored, counted: job.stored.counted ?? {} };
        else if (await ended(job, failure)) return;
        const woken = AbortSignal.any(job.stored.isCancelled ? [signal] : [signal, job.cancelled.signal]);
        await pause(waitMs, undefined, { signal: woken }).catch(() => {});
      }
    }
  }

  /** @returns false if even that could not be written */
  async function ended(job: Job, failure: SeismoError): Promise<boolean> {
    job.failure = failure;
    try {
      await end(job, { status: 'failed', error: errorOf(failure) });
      return true;
    } catch (error) {
      logger.warn({ err: error, erasure: job.id }, 'the end of an erasure was not written down');
      return false;
    }
  }

  const newestFirst = (a: Job, b: Job): number => b.stored.createdAt - a.stored.createdAt || (a.id < b.id ? 1 : -1);
  const ofApp = (app: string): Job[] => [...jobs.values()].filter((job) => job.stored.app === app).sort(newestFirst);
  const inStatus = (status: ErasureStatus): Job[] =>
    [...jobs.values()].filter(({ stored }) => stored.status === status);
  /** Resolves when it has ended or the server stops. */
  const enter = (job: Job): Promise<void> => {
    job.ended = inTurn(job.stored.app, () => run(job)).catch(() => {});
    return job.ended;
  };
  const jobOf = (app: string, id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined || job.stored.app !== app)
      throw new SeismoError('ERASURE_UNKNOWN', `The app has no erasure \`${id.slice(0, 80)}\`.`, { field: 'id' });
    return job;
  };

  for (const { name: id, value } of registry.list<StoredErasure>(KIND)) jobs.set(id, newJob(id, value));
  const interrupted = [...jobs.values()].filter(({ stored }) => stored.request !== undefined);
  for (const job of interrupted.sort(newestFirst).reverse()) {
    // It is unknown where it was interrupted.
    if (job.stored.status === 'running') job.stored = { ...job.stored, counted: job.stored.counted ?? {} };
    void enter(job);
  }

  return {
    inTurn,
    list: (app) => ofApp(app).map(erasureOf),
    get: (app, id) => erasureOf(jobOf(app, id)),
    counts: () => ({
      running: inStatus('running').length + inStatus('cancelling').length,
      waiting: inStatus('waiting').length,
    }),

    async cancel(app, id, waitMs) {
      const job = jobOf(app, id);
      const { startedAt } = job.stored;
      if (isEnded(job.stored)) return erasureOf(job);
      if (startedAt === undefined) {
        await keep(job, { isCancelled: true });
        // Its turn may come only after hours; it must not begin by then.
        if (!isEnded(job.stored) && job.stored.startedAt === undefined)
          await end(job, { status: 'cancelled', erased: 0 });
        return erasureOf(job);
      }
      await keep(job, { status: 'cancelling', isCancelled: true });
      job.error = undefined;
      job.cancelled.abort(new Error('the erasure is cancelled'));
      await settledWithin(waitMs, job.ended ?? Promise.resolve());
      return erasureOf(job);
    },

    async start(app, request, waitMs) {
      const waiting = inStatus('waiting');
      const ofThisApp = waiting.filter(({ stored }) => stored.app === app);
      if (waiting.length >= WAITING_MAX || ofThisApp.length >= WAITING_MAX_OF_APP)
        throw new SeismoError(
          'ERASURE_TOO_MANY',
          `${ofThisApp.length} erasures of the app are waiting (at most ${WAITING_MAX_OF_APP}), and ${waiting.length} of all apps (at most ${WAITING_MAX}).`,
        );
      const id = randomBytes(6).toString('hex');
      const stored: StoredErasure = { app, status: 'waiting', createdAt: now(), request };
      const job = newJob(id, stored);
      // Before it is written, so that requests that arrive in the meantime count it.
      jobs.set(id, job);
      try {
        await registry.put(KIND, id, stored);
      } catch (error) {
        jobs.delete(id);
        throw error;
      }
      await settledWithin(waitMs, enter(job));
      if (job.failure) throw job.failure;
      return erasureOf(job);
    },

    async stop() {
      stopped.abort(
        new SeismoError('SERVER_STOPPING', 'The server is stopping. The erasure continues when it starts again.'),
      );
      await settledWithin(STOP_MAX_MS, queue.settled());
    },
  };
}

const newJob = (id: string, stored: StoredErasure): Job => ({ id, stored, cancelled: new AbortController() });

const isEnded = ({ status }: StoredErasure): boolean =>
  status === 'done' || status === 'failed' || status === 'cancelled';

function erasureOf({ id, stored, progress, error }: Job): Erasure {
  const { app, status, createdAt, startedAt, finishedAt, request, counted, erased } = stored;
  const hasEnded = isEnded(stored);
  const why = stored.error ?? (hasEnded ? undefined : error);
  const isCounted =
    counted?.events !== undefined || counted?.rejectedRows !== undefined || counted?.devices !== undefined;
  return {
    id,
    app,
    status,
    createdAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(request && { query: request.query }),
    ...(isCounted && { matching: (counted.rejectedRows ?? 0) + (counted.devices ?? 0) + (counted.events ?? 0) }),
    ...(counted?.partitions !== undefined && { partitions: counted.partitions }),
    ...(progress && !hasEnded && { progress }),
    ...(erased !== undefined && { erased }),
    ...(why && { error: why }),
  };
}

const unwritable = (): SeismoError =>
  new SeismoError('STORE_UNAVAILABLE', 'The engine could not rewrite some of the events yet. It is trying again.');

const bug = (error: unknown): SeismoError =>
  new SeismoError('BUG', 'The erasure failed for an unknown reason.', { cause: error });

const errorOf = ({ code, detail }: SeismoError): ErasureError => ({
  code,
  detail,
  remedy: ERRORS[code].remedy,
});

const LOOK_EVERY_MS = 100;

/**
 * From when it resolves until the function is called that it resolves with, nothing is being erased: neither now, nor by an erasure that was
 * interrupted and has not gone on yet.
 * @param changes that every erasure shares
 */
export async function withoutErasures(
  changes: SharedLock,
  erasures: Pick<Erasures, 'counts'>,
  signal: AbortSignal,
): Promise<() => void> {
  for (;;) {
    const release = await changes.hold(signal);
    if (erasures.counts().running === 0) return release;
    release();
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}
