import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SeismoError } from '../model/errors.ts';
import type { Poster } from '../model/poster.ts';
import type { Registry } from '../registry/registry.ts';
import type { KeyIdentity, KeySummary, Via } from './auth.ts';
import { KeyRate } from './key-rate.ts';
import type { NewKey } from './requests.ts';

/** As stored, under its id. */
interface StoredKey extends Omit<KeySummary, 'id' | 'lastUsedAt' | 'trusted' | 'bytesPerSecond'> {
  readonly sha256: string;
  /** Absent: by the rate of events. */
  readonly bytesPerSecond?: number;
  /** Absent: no. */
  readonly trusted?: true;
}

export const KEY_PREFIX = 'sk_';
const KIND = 'keys';
/** Unless the key says otherwise. */
const EVENTS_PER_SECOND = 1_000;
/** Most events have some hundred bytes: their rate is what limits, and not this, unless they are made large. */
const BYTES_PER_EVENT = 4 * 1024;
const ID_LENGTH = 12;
/** When keys were used last: id → UTC ms. Beside the keys, so that using one never writes over a change of it. */
const USES = 'key-uses';
const USE_MS = 60_000;

/** Keys for programs: `sk_` and 128 random bits, stored as SHA-256. */
export class Keys {
  readonly #registry: Registry;
  readonly #now: () => number;
  /** A key of any rate takes an event of this size. */
  readonly #eventMaxBytes: number;
  readonly #posters = new Map<string, Poster>();
  /** As written last. */
  readonly #uses = new Map<string, number>();

  constructor(registry: Registry, now: () => number, eventMaxBytes = 256 * 1024) {
    this.#registry = registry;
    this.#now = now;
    this.#eventMaxBytes = eventMaxBytes;
  }

  list(): KeySummary[] {
    return this.#registry.list<StoredKey>(KIND).map(({ name, value }) => {
      const lastUsedAt = this.#uses.get(name) ?? this.#registry.get<number>(USES, name);
      return { ...this.#summaryOf(name, value), ...(lastUsedAt !== undefined && { lastUsedAt }) };
    });
  }

  async create(request: NewKey): Promise<KeySummary & { key: string }> {
    const { app, scope, origins = [], eventsPerSecond = EVENTS_PER_SECOND, bytesPerSecond, trusted = false } = request;
    if (!origins.every(isOrigin))
      throw new SeismoError('KEY_INVALID', '`origins` must be a list of origins like "https://example.com".', {
        field: 'origins',
      });
    if (trusted && (scope === 'read' || origins.length > 0))
      throw new SeismoError(
        'KEY_INVALID',
        "Only a write key without origins can be `trusted`, since a key in a page is anybody's.",
        { field: 'trusted' },
      );
    const key = `${KEY_PREFIX}${randomBytes(16).toString('base64url')}`;
    const sha256 = digestOf(key);
    const id = sha256.slice(0, ID_LENGTH);
    const stored: StoredKey = {
      app,
      scope,
      origins,
      eventsPerSecond,
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(trusted && { trusted }),
      createdAt: this.#now(),
      sha256,
    };
    await this.#registry.put(KIND, id, stored);
    return { ...this.#summaryOf(id, stored), key };
  }

  async revoke(id: string): Promise<void> {
    // Ids are short; a longer one could not be asked for: the registry's keys are bounded.
    if (id.length > ID_LENGTH || !(await this.#registry.remove(KIND, id)))
      throw new SeismoError('KEY_UNKNOWN', `There is no key "${id.slice(0, 80)}".`);
    this.#posters.delete(id);
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

  /** Who a write key is as a poster, with what it may still post. */
  posterOf(id: string): Poster {
    const known = this.#posters.get(id);
    if (known) return known;
    const stored = this.#registry.get<StoredKey>(KIND, id);
    // Revoked since the request was let in: it is the last of its kind, and nothing is remembered of it.
    if (stored === undefined) return { keyId: id, isTrusted: false };
    const poster = {
      keyId: id,
      isTrusted: stored.trusted === true,
      allowance: new KeyRate(this.#summaryOf(id, stored), this.#now),
    };
    this.#posters.set(id, poster);
    return poster;
  }

  #summaryOf(id: string, stored: StoredKey): KeySummary {
    const { app, scope, origins, eventsPerSecond, createdAt, trusted = false } = stored;
    const bytesPerSecond =
      stored.bytesPerSecond ?? Math.max(eventsPerSecond * BYTES_PER_EVENT, Math.ceil(this.#eventMaxBytes / 2));
    return { id, app, scope, origins, eventsPerSecond, bytesPerSecond, trusted, createdAt };
  }
}

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}
