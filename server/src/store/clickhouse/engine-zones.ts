import { SeismoError } from '../../model/errors.ts';

/** The embedded engine keeps 4.5 MB for each time zone it was ever asked in, beyond its limit of memory: 180 MB for so many. */
export const ENGINE_ZONES_MAX = 40;
/** What a caller brings about so often at most. */
const RESTART_EVERY_MS = 10 * 60_000;

export interface EngineZonesOptions {
  readonly max: number;
  /** Starts the engine anew as soon as nothing runs in it. */
  readonly onFull: () => void;
  readonly logger: { warn(fields: object, message: string): void };
  readonly nowMs?: () => number;
}

/** In which time zones the engine was asked since its start. The apps' own always have a place. */
export class EngineZones {
  readonly #zoneOf: (app: string) => string;
  readonly #options: EngineZonesOptions | undefined;
  readonly #seen = new Set<string>();
  #restartedAtMs = Number.NEGATIVE_INFINITY;

  /** @param options absent: any number, as on a ClickHouse server, which is somebody's to look after */
  constructor(zoneOf: (app: string) => string, options?: EngineZonesOptions) {
    this.#zoneOf = zoneOf;
    this.#options = options;
  }

  /** @throws STORE_UNAVAILABLE when the engine has no place for another zone before it has started anew */
  admit(zones: readonly string[], app: string): void {
    if (this.#options === undefined) return;
    const own = this.#zoneOf(app);
    const unseen = new Set(zones.filter((zone) => zone !== own && zone !== 'UTC' && !this.#seen.has(zone)));
    if (this.#seen.size + unseen.size <= this.#options.max) {
      for (const zone of unseen) this.#seen.add(zone);
      return;
    }
    const { max, onFull, logger, nowMs = () => performance.now() } = this.#options;
    const detail = `The engine has been asked in ${max} time zones, which is as many as it keeps. It starts again when nothing runs, at most every ten minutes; ask again then, or in the time zone of the app.`;
    if (nowMs() - this.#restartedAtMs >= RESTART_EVERY_MS) {
      this.#restartedAtMs = nowMs();
      logger.warn({ zones: [...this.#seen] }, 'the engine is started anew: it has been asked in too many time zones');
      onFull();
    }
    throw new SeismoError('STORE_UNAVAILABLE', detail);
  }

  /** The engine has started. */
  forget(): void {
    this.#seen.clear();
  }
}
