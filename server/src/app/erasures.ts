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
import type { ErasureCounts, ErasureRun } from './erase.ts';

/** An erasure takes seconds; whoever sends more has a list of users, which one erasure can name. */
const WAITING_MAX_OF_APP = 50;
const WAITING_MAX = 500;
/** For whoever looks later how it went. */
const ENDED_MAX_OF_APP = 20;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** Of the ten seconds that stopping may take. What was begun goes on at the next start. */
const STOP_MAX_MS = 500;
const KIND = 'erasures';

/** What is on disk of an erasure. The request goes when it is done: it may name who asked to be forgotten. */
interface StoredErasure {
  readonly app: string;
  readonly status: ErasureStatus;
  readonly createdAt: number;
  readonly request?: ErasureRequest;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly counted?: ErasureCounts;
  readonly erased?: number;
  readonly error?: ErasureError;
}

/** An erasure of this run of the server. */
interface Job {
  readonly id: string;
  stored: StoredErasure;
  progress?: ErasureProgress;
  /** Of the last attempt. */
  error?: ErasureError | undefined;
  /** Why it failed, to be thrown. */
  failure?: SeismoError;
}

export interface ErasureQueueOptions {
  readonly registry: Pick<Registry, 'list' | 'put' | 'remove'>;
  /** One attempt. @returns how many events were erased */
  readonly erase: (app: string, request: ErasureRequest, run: ErasureRun) => Promise<number>;
  readonly now: () => number;
  readonly logger: Logger;
  readonly retryFirstMs?: number;
}

export interface ErasureQueue extends Erasures {
  /**
   * Writes the erasure down and begins it, after those of the same app that came before. Resolves when it has ended, at the latest after
   * `waitMs`. @throws ERASURE_TOO_MANY, JOURNAL_UNAVAILABLE, and why it failed, if it did within that time
   */
  start(app: string, request: ErasureRequest, waitMs: number): Promise<Erasure>;
  /** Runs other work that erases events of the app, in turn with its erasures. */
  inTurn<T>(app: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Erasures that are on disk before they are answered, so that a server that ends goes on with them when it starts again. One runs at a time of each app. */
export function startErasures(options: ErasureQueueOptions): ErasureQueue {
  const { registry, now, logger } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const jobs = new Map<string, Job>();
  /** By app, the end of what is in line. */
  const lines = new Map<string, Promise<unknown>>();

  async function inTurn<T>(app: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const turn = (lines.get(app) ?? Promise.resolve()).then(async () => {
      signal.throwIfAborted();
      return await work(signal);
    });
    const end = turn.catch(() => {});
    lines.set(app, end);
    try {
      return await turn;
    } finally {
      if (lines.get(app) === end) lines.delete(app);
    }
  }

  async function keep(job: Job, changes: Partial<StoredErasure>): Promise<void> {
    signal.throwIfAborted();
    const stored = { ...job.stored, ...changes };
    await registry.put(KIND, job.id, stored);
    job.stored = stored;
  }

  /** Without the request. */
  async function end(job: Job, how: Pick<StoredErasure, 'status' | 'erased' | 'error'>): Promise<void> {
    const { request: _, ...stored } = job.stored;
    const ended = { ...stored, ...how, finishedAt: now() };
    await registry.put(KIND, job.id, ended);
    job.stored = ended;
    const old = ofApp(job.stored.app).filter(({ stored: { status } }) => status === 'done' || status === 'failed');
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
      signal,
    });
    await end(job, { status: 'done', erased });
    logger.info({ app, erasure: job.id, erased, ms: now() - startedAt }, 'events erased');
  }

  /** Until it is done: a machine that failed is tried again. What the caller did wrong stays wrong. */
  async function run(job: Job): Promise<void> {
    const { request, app } = job.stored;
    if (request === undefined) return;
    const first = options.retryFirstMs ?? RETRY_FIRST_MS;
    for (let waitMs = first; !signal.aborted; waitMs = Math.min(RETRY_MAX_MS, waitMs * 2)) {
      try {
        await attempt(job, request);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const failure = error instanceof SeismoError ? error : bug(error);
        job.error = errorOf(failure);
        logger.warn({ err: error, app, erasure: job.id }, 'events not erased');
        const isTemporary = ERRORS[failure.code].kind === 'machine';
        // After an attempt that was counted the next one knows that it may have been begun.
        if (isTemporary) job.stored = { ...job.stored, counted: job.stored.counted ?? {} };
        else if (await ended(job, failure)) return;
        await pause(waitMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** @returns false when not even that could be written */
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
  /** Resolves when it has ended, or the server stops. */
  const enter = (job: Job): Promise<void> => inTurn(job.stored.app, () => run(job)).catch(() => {});

  for (const { name: id, value } of registry.list<StoredErasure>(KIND)) jobs.set(id, { id, stored: value });
  const interrupted = [...jobs.values()].filter(({ stored }) => stored.request !== undefined);
  for (const job of interrupted.sort(newestFirst).reverse()) {
    // Where it was interrupted is not known.
    if (job.stored.status === 'running') job.stored = { ...job.stored, counted: job.stored.counted ?? {} };
    void enter(job);
  }

  return {
    inTurn,
    list: (app) => ofApp(app).map(erasureOf),
    get(app, id) {
      const job = jobs.get(id);
      if (job === undefined || job.stored.app !== app)
        throw new SeismoError('ERASURE_UNKNOWN', `The app has no erasure ${id.slice(0, 80)}.`, { field: 'id' });
      return erasureOf(job);
    },
    counts: () => ({ running: inStatus('running').length, waiting: inStatus('waiting').length }),

    async start(app, request, waitMs) {
      const waiting = inStatus('waiting');
      const ofThisApp = waiting.filter(({ stored }) => stored.app === app);
      if (waiting.length >= WAITING_MAX || ofThisApp.length >= WAITING_MAX_OF_APP)
        throw new SeismoError(
          'ERASURE_TOO_MANY',
          `${ofThisApp.length} erasures of the app and ${waiting.length} in all are waiting; ${WAITING_MAX_OF_APP} and ${WAITING_MAX} may.`,
        );
      const id = randomBytes(6).toString('hex');
      const stored: StoredErasure = { app, status: 'waiting', createdAt: now(), request };
      const job: Job = { id, stored };
      // Before it is written: those that come meanwhile count it.
      jobs.set(id, job);
      try {
        await registry.put(KIND, id, stored);
      } catch (error) {
        jobs.delete(id);
        throw error;
      }
      await Promise.race([enter(job), pause(waitMs, undefined, { ref: false })]);
      if (job.failure) throw job.failure;
      return erasureOf(job);
    },

    async stop() {
      stopped.abort(
        new SeismoError('SERVER_STOPPING', 'The server is stopping; the erasure goes on when it starts again.'),
      );
      await Promise.race([Promise.all(lines.values()), pause(STOP_MAX_MS, undefined, { ref: false })]);
    },
  };
}

function erasureOf({ id, stored, progress, error }: Job): Erasure {
  const { app, status, createdAt, startedAt, finishedAt, request, counted, erased } = stored;
  const isEnded = status === 'done' || status === 'failed';
  const why = stored.error ?? (isEnded ? undefined : error);
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
    ...(progress && !isEnded && { progress }),
    ...(erased !== undefined && { erased }),
    ...(why && { error: why }),
  };
}

const unwritable = (): SeismoError =>
  new SeismoError('STORE_UNAVAILABLE', 'The engine could not rewrite a part of the events yet; it tries again.');

const bug = (error: unknown): SeismoError =>
  new SeismoError('BUG', 'The erasure failed for a reason that Seismo does not know.', { cause: error });

const errorOf = ({ code, detail }: SeismoError): ErasureError => ({
  code,
  detail,
  remedy: ERRORS[code].remedy,
});
