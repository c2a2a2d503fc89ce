import { SeismoError } from '../../model/errors.ts';
import type { PropertyField } from '../../model/query.ts';
import { propertyKeys } from '../../row/property-keys.ts';
import { AppNames, type NameRejection, PUBLIC_AT_ONCE, PUBLIC_PER_MINUTE } from './app-names.ts';
import { NOT_INDEXED_LISTED_MAX } from './limits.ts';
import type { Indexed } from './properties.ts';

/** The event ids and property names that the stored events of an app have. */
export interface StoredNames {
  readonly ids: ReadonlySet<string>;
  readonly properties: ReadonlySet<string>;
}

/** Which properties are indexed, and some of those that were checked and are not. */
export interface IndexedProperties extends Indexed {
  readonly left: ReadonlySet<string> | undefined;
}

export interface KnownNamesOptions {
  readonly eventNamesMax: number;
  readonly propertyNamesMax: number;
  /** UTC ms, for the number of new names per minute. */
  readonly now: () => number;
}

/**
 * Which event ids and property names each app has used, so that both are limited (API.md): a new id beyond the limit is
 * rejected; a new property beyond it stays in `data` and is not indexed. Also, which apps have identified devices. New names
 * are written with the transaction that brings them, and names that no event has any more are forgotten after an erasure.
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

  /** Reads a key back that `takePending` returned. */
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
    const rejection = names.add(id, isTrusted);
    if (rejection) throw tooMany(rejection, names);
    this.#pending.push(`i${app} ${id}`);
  }

  /** An event with the id is stored, whatever the limits are now. */
  restoreId(app: string, id: string): void {
    const names = this.#idsOf(app);
    if (names.has(id)) return;
    names.restore(id);
    this.#pending.push(`i${app} ${id}`);
  }

  /** An event has tied a device to a user. */
  identified(app: string): void {
    if (this.#identified.has(app)) return;
    this.#identified.add(app);
    this.#pending.push(`d${app} `);
  }

  hasIdentified(app: string): boolean {
    return this.#identified.has(app);
  }

  /** The property names of an app, for one request: call `admits` for each path. */
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

  /** Whether the app has properties that are not indexed and this may be one of them, so that no stored event counts as having it. */
  isNotIndexed(app: string, property: PropertyField): boolean {
    const names = this.#properties.get(app);
    const keys = propertyKeys(property);
    if (keys.some((key) => names?.has(key))) return false;
    return names?.mayLack === true || keys.every((key) => key.length > INDEXED_PATH_MAX);
  }

  /** Apps for which a recount can free names: those beyond the share of untrusted posters. */
  crowdedApps(): string[] {
    const crowded = [...this.#ids, ...this.#properties].filter(([, names]) => names.size >= names.publicMax);
    return [...new Set(crowded.map(([app]) => app))];
  }

  /**
   * Forgets the names that no event of the app has any more.
   * @param stored reads the names of stored events; called when everything accepted before is stored
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

  /** Names to write with the next transaction. */
  takePending(): readonly string[] {
    if (this.#pending.length === 0) return NONE;
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }

  /** The transaction failed: they are written with the next one. */
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
/** A key of LMDB has at most 1,978 bytes. A path of this many characters fits, with the name of the app. */
const INDEXED_PATH_MAX = 500;

function namesOf(map: Map<string, AppNames>, app: string, max: number, now: () => number): AppNames {
  let names = map.get(app);
  if (names === undefined) {
    names = new AppNames({ max, now });
    map.set(app, names);
  }
  return names;
}

function tooMany(rejection: NameRejection, names: AppNames): SeismoError {
  const why = {
    full: `The app has ${names.size} event ids, the maximum (\`eventNamesMax\`), and this one is new. Put what varies into \`data\`, or erase events with names that nobody needs.`,
    publicFull: `This event id is new, and untrusted keys can only add new ones up to half of \`eventNamesMax\` (${names.publicMax}). Post it once with an admin's token or a trusted key, and every key can use it; or erase events with names that nobody needs.`,
    tooFast: `This event id is new, and untrusted keys can only add ${PUBLIC_AT_ONCE} new ones at once and ${PUBLIC_PER_MINUTE} per minute. Put what varies into \`data\`, wait, or post it once with an admin's token or a trusted key.`,
  }[rejection];
  return new SeismoError('EVENT_NAMES_TOO_MANY', why, { field: 'event' });
}
