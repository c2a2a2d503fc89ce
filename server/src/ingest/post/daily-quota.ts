import { DAY_MS } from '../../model/duration.ts';
import { SeismoError } from '../../model/errors.ts';
import type { Checkpoint } from '../journal/checkpoint.ts';

export interface QuotaOptions {
  /** Absent: no quota. */
  readonly eventsPerDayMax: number | undefined;
  readonly bytesPerDayMax: number | undefined;
  readonly now: () => number;
  /** What was written with an earlier transaction. */
  readonly restore: (key: string) => unknown;
}

interface Used {
  /** Days since 1970, UTC. */
  day: number;
  events: number;
  bytes: number;
}

/**
 * What each app has used today, in UTC: events stored, and bytes of bodies read, after decompression. Written with the transaction that
 * brings the events, so that neither a restart nor a crash resets a quota. Imports do not count.
 */
export class DailyQuota {
  readonly #options: QuotaOptions;
  readonly #used = new Map<string, Used>();
  /** Apps whose usage is not written yet. */
  readonly #pending = new Set<string>();

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  get #isOn(): boolean {
    return this.#options.eventsPerDayMax !== undefined || this.#options.bytesPerDayMax !== undefined;
  }

  /** Charges bytes that were read. @throws QUOTA_REACHED; then nothing was charged */
  takeBytes(app: string, bytes: number): void {
    if (!this.#isOn) return;
    const { bytesPerDayMax: max = Number.POSITIVE_INFINITY } = this.#options;
    const used = this.#usedBy(app);
    if (used.bytes + bytes > max) throw this.#reached(`${max} bytes a day (\`bytesPerDayMax\`)`);
    used.bytes += bytes;
    this.#pending.add(app);
  }

  /** How many more events the app can store today. */
  eventsLeft(app: string): number {
    const { eventsPerDayMax: max } = this.#options;
    return max === undefined ? Number.POSITIVE_INFINITY : Math.max(0, max - this.#usedBy(app).events);
  }

  /** @throws QUOTA_REACHED if fewer events than this are left */
  checkEvents(app: string, events: number): void {
    if (events > this.eventsLeft(app)) throw this.reachedEvents();
  }

  /** QUOTA_REACHED, of events. */
  reachedEvents(): SeismoError {
    return this.#reached(`${this.#options.eventsPerDayMax} events a day (\`eventsPerDayMax\`)`);
  }

  /** Events are being written to disk. */
  stored(app: string, events: number): void {
    if (!this.#isOn || events === 0) return;
    this.#usedBy(app).events += events;
    this.#pending.add(app);
  }

  /** What to write with the next transaction. */
  takePending(): Checkpoint[] {
    if (this.#pending.size === 0) return [];
    const taken = [...this.#pending].map((app) => ({ key: keyOf(app), value: { ...this.#usedBy(app) } }));
    this.#pending.clear();
    return taken;
  }

  /** The transaction failed: it is written with the next one. */
  requeue(taken: readonly Checkpoint[]): void {
    for (const { key } of taken) this.#pending.add(key.slice(KEY_PREFIX.length));
  }

  #usedBy(app: string): Used {
    let used = this.#used.get(app);
    if (used === undefined) {
      used = parsed(this.#options.restore(keyOf(app)));
      this.#used.set(app, used);
    }
    const day = Math.floor(this.#options.now() / DAY_MS);
    // A clock that is set back does not repeat a day.
    if (day > used.day) Object.assign(used, { day, events: 0, bytes: 0 });
    return used;
  }

  #reached(quota: string): SeismoError {
    const now = this.#options.now();
    return new SeismoError(
      'QUOTA_REACHED',
      `The app has reached its quota of ${quota}. It accepts events again from midnight UTC.`,
      {
        retryAfterSeconds: Math.ceil((DAY_MS - (now % DAY_MS)) / 1000),
      },
    );
  }
}

/** Next to the imports, whose keys begin with the name of an app, which never begins with a space. */
const KEY_PREFIX = ' quota ';
const keyOf = (app: string): string => `${KEY_PREFIX}${app}`;

function parsed(value: unknown): Used {
  if (typeof value === 'object' && value !== null && 'day' in value && 'events' in value && 'bytes' in value) {
    const { day, events, bytes } = value;
    if (typeof day === 'number' && typeof events === 'number' && typeof bytes === 'number')
      return { day, events, bytes };
  }
  return { day: 0, events: 0, bytes: 0 };
}
