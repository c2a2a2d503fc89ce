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
  /** Absent: derived from the rate of events. */
  readonly bytesPerSecond?: number;
  /** Absent: false. */
  readonly trusted?: true;
}

const KEY_PREFIX = 'sk_';
const KIND = 'keys';
/** Unless the key has its own. */
const EVENTS_PER_SECOND = 1_000;
/** Most events have a few hundred bytes, so the rate of events is the limit, and not this, unless events are made large. */
const BYTES_PER_EVENT = 4 * 1024;
const ID_LENGTH = 12;
/** Shorter keys that the caller brings are taken for names and numbers. */
const UNGUESSABLE_LENGTH = 20;
/** When each key was last used: id → UTC ms. Kept apart from the keys, so that using one never overwrites a change of it. */
const USES = 'key-uses';
const USE_MS = 60_000;

/** Keys for programs: `sk_` and 128 random bits, or what an SDK sends already. Stored as SHA-256. */
export class Keys {
  readonly #registry: Registry;
  readonly #now: () => number;
  /** A key of any rate accepts an event of this size. */
  readonly #eventMaxBytes: number;
  readonly #posters = new Map<string, Poster>();
  /** As last written. */
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
      throw new SeismoError('KEY_INVALID', '`origins` must be a list of origins such as `https://example.com`.', {
        field: 'origins',
      });
    if (trusted && (scope === 'read' || origins.length > 0))
      throw new SeismoError(
        'KEY_INVALID',
        '`trusted` is only for write keys without `origins`: anyone can read a key in a web page.',
        { field: 'trusted' },
      );
    if (request.key !== undefined) checkOwn(request.key, request);
    const key = request.key ?? `${KEY_PREFIX}${randomBytes(16).toString('base64url')}`;
    const sha256 = digestOf(key);
    const id = sha256.slice(0, ID_LENGTH);
    const taken = this.#registry.get<StoredKey>(KIND, id);
    if (taken)
      throw new SeismoError('KEY_TAKEN', `The key is the ${taken.scope} key \`${id}\` of \`${taken.app}\` already.`);
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
    // Ids are short. A longer one can't be looked up: keys of the registry have a maximum length.
    if (id.length > ID_LENGTH || !(await this.#registry.remove(KIND, id)))
      throw new SeismoError('KEY_UNKNOWN', `There is no key \`${id.slice(0, 80)}\`.`);
    this.#posters.delete(id);
    this.#uses.delete(id);
    await this.#registry.remove(USES, id);
  }

  /** Whether this is one of the keys, and not the token of a session. Nothing is said of keys that do not exist. */
  isKey(token: string): boolean {
    return token.startsWith(KEY_PREFIX) || this.#registry.get(KIND, digestOf(token).slice(0, ID_LENGTH)) !== undefined;
  }

  /** @throws AUTH_TOKEN_INVALID */
  identify(key: string, via: Via): KeyIdentity {
    const sha256 = digestOf(key);
    const id = sha256.slice(0, ID_LENGTH);
    const stored = via === 'cookie' ? undefined : this.#registry.get<StoredKey>(KIND, id);
    if (stored === undefined || !timingSafeEqual(Buffer.from(stored.sha256), Buffer.from(sha256)))
      throw new SeismoError('AUTH_TOKEN_INVALID', 'The key does not exist or was revoked.');
    this.#use(id);
    return { kind: 'key', id, app: stored.app, scope: stored.scope, via, origins: stored.origins };
  }

  /** Written at most once a minute, without waiting. A crash loses a minute of it. */
  #use(id: string): void {
    const now = this.#now();
    const before = this.#uses.get(id);
    if (before !== undefined && Math.abs(now - before) < USE_MS) return;
    this.#uses.set(id, now);
    // A full disk must not reject events because of this.
    this.#registry.put(USES, id, now).catch(() => undefined);
  }

  /** A write key as a poster, with what it can still send. */
  posterOf(id: string): Poster {
    const known = this.#posters.get(id);
    if (known) return known;
    const stored = this.#registry.get<StoredKey>(KIND, id);
    // The key was revoked after the request was admitted. This is its last request, and nothing about it is remembered.
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

/** A key that the caller brings. @throws KEY_INVALID */
function checkOwn(key: string, { scope, origins = [] }: NewKey): void {
  if (scope === 'read')
    throw new SeismoError(
      'KEY_INVALID',
      '`key` is only for write keys. A read key must be one that nobody else ever had.',
      { field: 'key' },
    );
  if (origins.length === 0 && isGuessable(key))
    throw new SeismoError(
      'KEY_INVALID',
      `\`key\` could be guessed: it has fewer than ${UNGUESSABLE_LENGTH} characters, or is the name of a site. Send the \`origins\` from which it can be used.`,
      { field: 'key' },
    );
}

/** A number, a name or a domain, as Matomo and Plausible use them. */
const isGuessable = (key: string): boolean =>
  key.length < UNGUESSABLE_LENGTH || new Set(key).size < UNGUESSABLE_LENGTH / 2 || /^[\w-]+(?:\.[\w-]+)+$/.test(key);

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}
