import { SeismoError } from '../../model/errors.ts';
import type { Caller } from '../../model/query.ts';

/** The embedded engine keeps 4.5 MB for each time zone it ever used, on top of its memory limit: 180 MB for this many. */
export const ENGINE_ZONES_MAX = 40;
/** New zones that one caller may use at once: more than one statement can name, and less than a third of all. */
export const CALLER_ZONES_MAX = 12;
/** After that, one more in this time. */
const CALLER_ZONE_EVERY_MS = 10 * 60_000;
/** Restarts that callers can cause happen at most this often. */
const RESTART_EVERY_MS = 10 * 60_000;
/** A restart waits up to a minute for running questions to end. */
const RESTART_SECONDS = 30;

export interface EngineZonesOptions {
  readonly max: number;
  /** Restarts the engine as soon as nothing runs in it. */
  readonly onFull: () => void;
  readonly logger: { warn(fields: object, message: string): void };
  readonly nowMs?: () => number;
}

/** What a caller has used of its budget. */
interface Usage {
  used: number;
  /** When one of them was last given back. */
  sinceMs: number;
  isReported: boolean;
}

/**
 * The time zones that the engine has loaded since its start. Loaded zones and the zone of the app itself are always available; the
 * others count against a budget per caller, so that no caller uses up the zones of the others.
 */
export class EngineZones {
  readonly #zoneOf: (app: string) => string;
  readonly #options: EngineZonesOptions | undefined;
  readonly #loaded = new Set<string>();
  readonly #callers = new Map<string, Usage>();
  #restartedAtMs = Number.NEGATIVE_INFINITY;

  /** @param options absent: no limit, as on a ClickHouse server, whose memory is not ours to manage */
  constructor(zoneOf: (app: string) => string, options?: EngineZonesOptions) {
    this.#zoneOf = zoneOf;
    this.#options = options;
  }

  /**
   * @param caller absent: a question of the server itself, which has no budget
   * @throws TIME_ZONES_TOO_MANY
   */
  admit(zones: readonly string[], app: string, caller?: Caller): void {
    if (this.#options === undefined) return;
    const { max, nowMs = () => performance.now() } = this.#options;
    const own = this.#zoneOf(app);
    const isFree = (zone: string): boolean => zone === 'UTC' || zone === own || this.#loaded.has(zone);
    const added = new Set(zones.filter((zone) => !isFree(zone)));
    if (added.size > 0) {
      const now = nowMs();
      const usage = caller && this.#usageOf(caller.name, now);
      if (caller && usage && usage.used + added.size > CALLER_ZONES_MAX)
        throw this.#overBudget(caller, usage, added, now);
      if (this.#loaded.size + added.size > max) throw this.#full(max, now);
      if (caller && usage) {
        usage.used += added.size;
        this.#callers.set(caller.name, usage);
      }
    }
    for (const zone of zones) if (zone !== 'UTC') this.#loaded.add(zone);
  }

  /** The engine has started again. */
  forget(): void {
    this.#loaded.clear();
    this.#callers.clear();
  }

  /** Usage up to date; callers that have nothing in use any more are forgotten. */
  #usageOf(name: string, nowMs: number): Usage {
    for (const [each, usage] of this.#callers) {
      const returned = Math.floor((nowMs - usage.sinceMs) / CALLER_ZONE_EVERY_MS);
      usage.used = Math.max(0, usage.used - returned);
      usage.sinceMs += returned * CALLER_ZONE_EVERY_MS;
      if (usage.used === 0) this.#callers.delete(each);
    }
    return this.#callers.get(name) ?? { used: 0, sinceMs: nowMs, isReported: false };
  }

  #overBudget({ name }: Caller, usage: Usage, added: ReadonlySet<string>, nowMs: number): SeismoError {
    if (!usage.isReported) {
      usage.isReported = true;
      this.#options?.logger.warn({ caller: name, max: CALLER_ZONES_MAX }, 'a caller uses too many new time zones');
    }
    const missing = usage.used + added.size - CALLER_ZONES_MAX;
    const waitMs = missing * CALLER_ZONE_EVERY_MS - (nowMs - usage.sinceMs);
    return new SeismoError(
      'TIME_ZONES_TOO_MANY',
      `You have used ${usage.used} time zones that the engine had to load. It loads at most ${CALLER_ZONES_MAX} for one user or key, and one more every ten minutes. Use the app's time zone or one that you used before, or wait.`,
      { field: 'timeZone', retryAfterSeconds: Math.ceil(waitMs / 1_000) },
    );
  }

  #full(max: number, nowMs: number): SeismoError {
    const waitMs = this.#restartedAtMs + RESTART_EVERY_MS - nowMs;
    if (waitMs <= 0) {
      this.#restartedAtMs = nowMs;
      this.#options?.onFull();
    }
    return new SeismoError(
      'TIME_ZONES_TOO_MANY',
      `The engine has loaded ${max} time zones, its maximum. It restarts when no query is running, at most every ten minutes. Use the app's time zone or one that was used before, or wait.`,
      { field: 'timeZone', retryAfterSeconds: waitMs <= 0 ? RESTART_SECONDS : Math.ceil(waitMs / 1_000) },
    );
  }
}
