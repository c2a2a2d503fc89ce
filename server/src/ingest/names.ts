import { SeismoError } from '../errors.ts';

/**
 * Which event ids and property names each app has used, so that both are bounded (API.md): a new id beyond the limit is
 * refused, a new property beyond it stays in `data` and is not indexed. Also which apps have devices that were identified. What is
 * new is written with the transaction that brings it.
 */
export class NameBook {
  readonly #ids = new Map<string, Set<string>>();
  readonly #properties = new Map<string, Set<string>>();
  readonly #identified = new Set<string>();
  readonly #idsMax: number;
  readonly #propertiesMax: number;
  #fresh: string[] = [];

  constructor(options: { readonly eventNamesMax: number; readonly propertyNamesMax: number }) {
    this.#idsMax = options.eventNamesMax;
    this.#propertiesMax = options.propertyNamesMax;
  }

  /** A key as `takeFresh` gave it, read back. */
  restore(key: string): void {
    const end = key.indexOf(' ');
    if (key[0] === 'd') this.#identified.add(key.slice(1, end));
    else setOf(key[0] === 'i' ? this.#ids : this.#properties, key.slice(1, end)).add(key.slice(end + 1));
  }

  /** @throws EVENT_NAMES_TOO_MANY */
  checkId(app: string, id: string): void {
    const known = setOf(this.#ids, app);
    if (known.has(id)) return;
    if (known.size >= this.#idsMax)
      throw new SeismoError(
        'EVENT_NAMES_TOO_MANY',
        `The app has ${known.size} event ids, the most allowed (eventNamesMax), and this one is new. Put what varies into data.`,
        { field: 'event' },
      );
    known.add(id);
    this.#fresh.push(`i${app} ${id}`);
  }

  /** An event says that a device is a user's. */
  identified(app: string): void {
    if (this.#identified.has(app)) return;
    this.#identified.add(app);
    this.#fresh.push(`d${app} `);
  }

  hasIdentified(app: string): boolean {
    return this.#identified.has(app);
  }

  /** The set of property names of an app; ask `admits` for each path. */
  propertiesOf(app: string): { admits(path: string): boolean } {
    const known = setOf(this.#properties, app);
    return {
      admits: (path) => {
        if (known.has(path)) return true;
        if (known.size >= this.#propertiesMax || path.length > INDEXED_PATH_MAX) return false;
        known.add(path);
        this.#fresh.push(`p${app} ${path}`);
        return true;
      },
    };
  }

  /** Names to write down with the next transaction. */
  takeFresh(): readonly string[] {
    if (this.#fresh.length === 0) return NONE;
    const taken = this.#fresh;
    this.#fresh = [];
    return taken;
  }

  /** The transaction failed: write them with the next one. */
  giveBack(names: readonly string[]): void {
    this.#fresh.push(...names);
  }
}

const NONE: readonly string[] = [];
/** A key of LMDB holds 1,978 bytes; a path of this many characters fits with the app's name. */
const INDEXED_PATH_MAX = 500;

function setOf(map: Map<string, Set<string>>, app: string): Set<string> {
  let set = map.get(app);
  if (set === undefined) {
    set = new Set();
    map.set(app, set);
  }
  return set;
}
