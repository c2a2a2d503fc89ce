import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SeismoError } from '../errors.ts';
import { APP_NAME } from '../event.ts';
import type { Registry } from '../registry/registry.ts';
import type { KeyIdentity, KeySummary, Scope, Via } from './auth.ts';

/** As stored, under its id. */
interface StoredKey extends Omit<KeySummary, 'id' | 'lastUsedAt'> {
  readonly sha256: string;
}

export const KEY_PREFIX = 'sk_';
const KIND = 'keys';
/** Unless the key says otherwise. */
const EVENTS_PER_SECOND = 1_000;
const ID_LENGTH = 12;
/** When keys were used last: id → UTC ms. Beside the keys, so that using one never writes over a change of it. */
const USES = 'key-uses';
const USE_MS = 60_000;

/** Keys for programs: `sk_` and 128 random bits, stored as SHA-256. */
export class Keys {
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();
  /** As written last. */
  readonly #uses = new Map<string, number>();

  constructor(registry: Registry, now: () => number) {
    this.#registry = registry;
    this.#now = now;
  }

  list(): KeySummary[] {
    return this.#registry.list<StoredKey>(KIND).map(({ name, value }) => {
      const lastUsedAt = this.#uses.get(name) ?? this.#registry.get<number>(USES, name);
      return { ...summaryOf(name, value), ...(lastUsedAt !== undefined && { lastUsedAt }) };
    });
  }

  async create(request: {
    app: unknown;
    scope: unknown;
    origins?: unknown;
    eventsPerSecond?: unknown;
  }): Promise<KeySummary & { key: string }> {
    const { app, scope, origins = [], eventsPerSecond = EVENTS_PER_SECOND } = request;
    if (typeof app !== 'string' || !APP_NAME.test(app))
      throw new SeismoError('KEY_INVALID', 'app must be the name of an app.', { field: 'app' });
    if (scope !== 'read' && scope !== 'write')
      throw new SeismoError('KEY_INVALID', 'scope must be "read" or "write".', { field: 'scope' });
    if (!Array.isArray(origins) || origins.length > 100 || !origins.every(isOrigin))
      throw new SeismoError('KEY_INVALID', 'origins must be a list of origins like "https://example.com".', {
        field: 'origins',
      });
    if (typeof eventsPerSecond !== 'number' || !(eventsPerSecond >= 1 && eventsPerSecond <= 1e6))
      throw new SeismoError('KEY_INVALID', 'eventsPerSecond must be a number from 1 to 1,000,000.', {
        field: 'eventsPerSecond',
      });
    const key = `${KEY_PREFIX}${randomBytes(16).toString('base64url')}`;
    const sha256 = digestOf(key);
    const id = sha256.slice(0, ID_LENGTH);
    const stored: StoredKey = { app, scope: scope as Scope, origins, eventsPerSecond, createdAt: this.#now(), sha256 };
    await this.#registry.put(KIND, id, stored);
    return { ...summaryOf(id, stored), key };
  }

  async revoke(id: string): Promise<void> {
    // Ids are short; a longer one could not be asked for: the registry's keys are bounded.
    if (id.length > ID_LENGTH || !(await this.#registry.remove(KIND, id)))
      throw new SeismoError('KEY_UNKNOWN', `There is no key "${id.slice(0, 80)}".`);
    this.#buckets.delete(id);
    this.#uses.delete(id);
    await this.#registry.remove(USES, id);
  }

  /** @throws AUTH_TOKEN_INVALID */
  identify(key: string, via: Via): KeyIdentity {
    const sha256 = digestOf(key);
    const id = sha256.slice(0, ID_LENGTH);
    const stored = via === 'cookie' ? undefined : this.#registry.get<StoredKey>(KIND, id);
    if (stored === undefined || !timingSafeEqual(Buffer.from(stored.sha256), Buffer.from(sha256)))
      throw new SeismoError('AUTH_TOKEN_INVALID', 'The key is not known, or was revoked.');
    this.#use(id);
    return { kind: 'key', id, app: stored.app, scope: stored.scope, via, origins: stored.origins };
  }

  /** Written at most once a minute, and waited for by nobody: what is lost in a crash is a minute of this. */
  #use(id: string): void {
    const now = this.#now();
    const before = this.#uses.get(id);
    if (before !== undefined && Math.abs(now - before) < USE_MS) return;
    this.#uses.set(id, now);
    // A full disk must refuse no event for the sake of it.
    this.#registry.put(USES, id, now).catch(() => undefined);
  }

  /** A bucket that holds one second's events. @returns seconds to wait, 0 when taken */
  take(id: string, events: number): number {
    const rate = this.#registry.get<StoredKey>(KIND, id)?.eventsPerSecond ?? EVENTS_PER_SECOND;
    const now = this.#now();
    const bucket = this.#buckets.get(id) ?? { left: rate, at: now };
    bucket.left = Math.min(rate, bucket.left + (Math.max(0, now - bucket.at) / 1000) * rate);
    bucket.at = now;
    this.#buckets.set(id, bucket);
    if (bucket.left <= 0) return Math.max(1, Math.ceil(-bucket.left / rate));
    // A batch larger than what is left is let through and paid for by waiting.
    bucket.left -= events;
    return 0;
  }
}

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

function summaryOf(id: string, { app, scope, origins, eventsPerSecond, createdAt }: StoredKey): KeySummary {
  return { id, app, scope, origins, eventsPerSecond, createdAt };
}

function isOrigin(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
}
