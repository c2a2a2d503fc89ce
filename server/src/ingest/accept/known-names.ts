import { SeismoError } from '../../model/errors.ts';
import type { PropertyField } from '../../model/query.ts';
import { propertyKeys } from '../../row/property-keys.ts';
import { AppNames, type NameRefusal, PUBLIC_AT_ONCE, PUBLIC_PER_MINUTE } from './app-names.ts';
import { NOT_INDEXED_LISTED_MAX } from './limits.ts';
import type { Indexed } from './properties.ts';

/** The event ids and property names of an app that stored events have. */
export interface StoredNames {
  readonly ids: ReadonlySet<string>;
  readonly properties: ReadonlySet<string>;
}

/** Which properties are indexed, and which of those that were asked about are not: some of them. */
export interface IndexedProperties extends Indexed {
  readonly left: ReadonlySet<string> | undefined;
}

export interface KnownNamesOptions {
  readonly eventNamesMax: number;
  readonly propertyNamesMax: number;
  /** UTC ms; for how many new names come in a minute. */
  readonly now: () => number;
}

/**
 * Which event ids and property names each app has used, so that both are bounded (API.md): a new id beyond the limit is
 * refused, a new property beyond it stays in `data` and is not indexed. Also which apps have devices that were identified. What is
 * new is written with the transaction that brings it, and what no event has any more is forgotten after an erasure.
 */
export class KnownNames {
  readonly #ids = new Map<string, AppNames>();
  readonly #properties = new Map<string, AppNames>();
  readonly #identified = new Set<string>();
  readonly #options: KnownNamesOptions;
  #pending: string[] = [];

  constructor(options: KnownNamesOptions) {
    this.#options = options;
  }

  /** A key as `takePending` gave it, read back. */
  restore(key: string): void {
    const end = key.indexOf(' ');
    const app = key.slice(1, end);
    if (key[0] === 'd') this.#identified.add(app);
    else (key[0] === 'i' ? this.#idsOf(app) : this.#propertiesOf(app)).restore(key.slice(end + 1));
  }

  /** @throws EVENT_NAMES_TOO_MANY */
  checkId(app: string, id: string, isTrusted: boolean): void {
    const names = this.#idsOf(app);
    if (names.has(id)) return;
    const refusal = names.add(id, isTrusted);
    if (refusal) throw tooMany(refusal, names);
    this.#pending.push(`i${app} ${id}`);
  }

  /** An event says that a device is a user's. */
  identified(app: string): void {
    if (this.#identified.has(app)) return;
    this.#identified.add(app);
    this.#pending.push(`d${app} `);
  }

  hasIdentified(app: string): boolean {
    return this.#identified.has(app);
  }

  /** The property names of an app, for one request: ask `admits` for each path. */
  propertiesOf(app: string, isTrusted: boolean): IndexedProperties {
    const names = this.#propertiesOf(app);
    let left: Set<string> | undefined;
    return {
      get left() {
        return left;
      },
      admits: (path) => {
        if (names.has(path)) return true;
        if (path.length <= INDEXED_PATH_MAX && names.add(path, isTrusted) === undefined) {
          this.#pending.push(`p${app} ${path}`);
          return true;
        }
        left ??= new Set();
        if (left.size < NOT_INDEXED_LISTED_MAX) left.add(path);
        return false;
      },
    };
  }

  /** Whether the app has properties that are not indexed, and this may be one of them: no stored event counts as having it. */
  isNotIndexed(app: string, property: PropertyField): boolean {
    const names = this.#properties.get(app);
    const keys = propertyKeys(property);
    if (keys.some((key) => names?.has(key))) return false;
    return names?.mayLack === true || keys.every((key) => key.length > INDEXED_PATH_MAX);
  }

  /** Apps of which a recount may give names back: those past what posters who are not trusted may use. */
  crowdedApps(): string[] {
    const crowded = [...this.#ids, ...this.#properties].filter(([, names]) => names.size >= names.publicMax);
    return [...new Set(crowded.map(([app]) => app))];
  }

  /**
   * Forgets what no event of the app has any more.
   * @param stored reads the names that stored events have, when all that was accepted before is stored
   * @returns the keys to forget on disk
   */
  async recount(app: string, stored: () => Promise<StoredNames>): Promise<string[]> {
    const [ids, properties] = [this.#idsOf(app), this.#propertiesOf(app)];
    ids.beginRecount();
    properties.beginRecount();
    const found = await stored().catch((error: unknown) => {
      ids.endRecount(undefined);
      properties.endRecount(undefined);
      throw error;
    });
    return [
      ...ids.endRecount(found.ids).map((id) => `i${app} ${id}`),
      ...properties.endRecount(found.properties).map((path) => `p${app} ${path}`),
    ];
  }

  /** Names to write down with the next transaction. */
  takePending(): readonly string[] {
    if (this.#pending.length === 0) return NONE;
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }

  /** The transaction failed: write them with the next one. */
  requeue(names: readonly string[]): void {
    this.#pending.push(...names);
  }

  #idsOf(app: string): AppNames {
    return namesOf(this.#ids, app, this.#options.eventNamesMax, this.#options.now);
  }

  #propertiesOf(app: string): AppNames {
    return namesOf(this.#properties, app, this.#options.propertyNamesMax, this.#options.now);
  }
}

const NONE: readonly string[] = [];
/** A key of LMDB holds 1,978 bytes; a path of this many characters fits with the app's name. */
const INDEXED_PATH_MAX = 500;

function namesOf(map: Map<string, AppNames>, app: string, max: number, now: () => number): AppNames {
  let names = map.get(app);
  if (names === undefined) {
    names = new AppNames({ max, now });
    map.set(app, names);
  }
  return names;
}

function tooMany(refusal: NameRefusal, names: AppNames): SeismoError {
  const why = {
    full: `The app has ${names.size} event ids, the most allowed (eventNamesMax), and this one is new. Put what varies into data, or erase the events of names that nobody needs.`,
    publicFull: `This event id is new, and keys that are not trusted bring new ones up to half of eventNamesMax (${names.publicMax}). Post it once with an admin's token or a trusted key, and every key may use it; or erase the events of names that nobody needs.`,
    tooFast: `This event id is new, and keys that are not trusted bring ${PUBLIC_AT_ONCE} new ones at once and ${PUBLIC_PER_MINUTE} a minute. Put what varies into data, or wait, or post it once with an admin's token or a trusted key.`,
  }[refusal];
  return new SeismoError('EVENT_NAMES_TOO_MANY', why, { field: 'event' });
}
