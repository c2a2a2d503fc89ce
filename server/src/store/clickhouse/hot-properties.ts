import type { Connection } from './connection.ts';
import { EVENTS } from './sql.ts';

export interface HotLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A property's value as a text with the letter of its type before it, empty when absent. @param key an expression */
export const typedOf = (key: string): string =>
  `multiIf(texts[${key}] != '', concat('t', texts[${key}]), numbers[${key}] != 0, concat('n', toString(numbers[${key}])), others[${key}] = '""', 't', others[${key}] = '0', 'n0', others[${key}] != '', concat('o', others[${key}]), '')`;

const MAPS = { texts: 't', numbers: 'n', others: 'o' } as const;
type MapName = keyof typeof MAPS;

/** A property asked for so often is worth columns of its own. */
const ASKS = 3;
/** A column's name holds the key in hexadecimal, and names of files are bounded. */
const KEY_MAX_BYTES = 60;
/** Beyond, a dictionary costs more than it saves. */
const LOW_CARDINALITY_MAX = 5_000;
const SAMPLE_ROWS = 200_000;
/** As the builders of questions spell a property: a map, and its key as a parameter. */
const PROPERTY = /\b(texts|numbers|others)\[\{(\w+):String\}\]/g;
/** The whole of `typedOf` with its key as a parameter. */
const TYPED = new RegExp(
  typedOf('{KEY:String}')
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace('KEY', '(\\w+)')
    .replaceAll('KEY', '\\1'),
  'g',
);

/**
 * Properties that are asked for often become columns of their own, in the background, without anybody declaring them: a
 * 30-day breakdown over 20 million events then takes half the time, since a map is not taken apart for each row. The
 * columns are computed from the maps (MATERIALIZED), so inserts and rows stay as they are, and a part that does not hold
 * them yet answers all the same.
 */
export class HotProperties {
  readonly #connection: Connection;
  readonly #max: number;
  readonly #logger: HotLogger | undefined;
  readonly #hot = new Set<string>();
  /** Those with a column of typed values too: a group by it takes a third of the time. */
  readonly #typed = new Set<string>();
  readonly #asks = new Map<string, number>();
  #making: Promise<void> = Promise.resolve();
  #isOff = false;

  constructor(connection: Connection, options: { readonly max: number; readonly logger?: HotLogger | undefined }) {
    this.#connection = connection;
    this.#max = options.max;
    this.#logger = options.logger;
  }

  /** Reads which there are. */
  async load(): Promise<void> {
    const rows = await this.#connection.query<{ name: string }>(
      'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {t:String} AND startsWith(name, {p:String})',
      { t: EVENTS, p: 'hot_' },
    );
    const keysOf = (prefix: string): string[] =>
      rows
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name }) => Buffer.from(name.slice(prefix.length), 'hex').toString());
    // The column of `others` is made last: where it is, all are.
    for (const key of keysOf(columnOf('others', ''))) this.#hot.add(key);
    for (const key of keysOf(columnOf('typed', ''))) if (this.#hot.has(key)) this.#typed.add(key);
  }

  /** A connection whose questions read hot properties from their columns. For questions straight over the table of events. */
  over(connection: Connection): Connection {
    if (this.#max === 0) return connection;
    return {
      ...connection,
      query: (sql, params, options) => connection.query(this.#rewrite(sql, params ?? {}), params, options),
    };
  }

  /** Whether the property's typed values are a column of their own. */
  hasTyped(key: string): boolean {
    return this.#max > 0 && this.#typed.has(key);
  }

  /** No more columns are made; the connection is about to close. */
  stop(): void {
    this.#isOff = true;
  }

  /** Resolves when no columns are being made. */
  async settled(): Promise<void> {
    await this.#making;
  }

  #rewrite(sql: string, params: Readonly<Record<string, unknown>>): string {
    const asked = new Set<string>();
    for (const [, , name] of sql.matchAll(PROPERTY)) {
      const key = params[name!];
      if (typeof key === 'string') asked.add(key);
    }
    const typed = sql.replace(TYPED, (all, name: string) => {
      const key = params[name];
      return typeof key === 'string' && this.#typed.has(key) ? columnOf('typed', key) : all;
    });
    const rewritten = typed.replace(PROPERTY, (all, map: MapName, name: string) => {
      const key = params[name];
      if (typeof key !== 'string') return all;
      return this.#hot.has(key) ? columnOf(map, key) : all;
    });
    for (const key of asked) this.#ask(key);
    return rewritten;
  }

  #ask(key: string): void {
    if (this.#isOff || this.#hot.has(key) || Buffer.byteLength(key) > KEY_MAX_BYTES) return;
    const asks = (this.#asks.get(key) ?? 0) + 1;
    if (this.#asks.size >= ASKED_MAX) this.#asks.clear();
    this.#asks.set(key, asks);
    if (asks !== ASKS) return;
    this.#making = this.#making
      .then(() => this.#make(key))
      .catch((error: unknown) => {
        // Questions go on from the maps; a server that does not let us change the table need not be asked again.
        if (this.#isOff) return;
        this.#isOff = true;
        this.#logger?.warn({ err: error }, 'a property asked for often did not get a column of its own');
      });
  }

  async #make(key: string): Promise<void> {
    if (this.#hot.size >= this.#max) return;
    const hex = `unhex('${Buffer.from(key).toString('hex')}')`;
    const [sample] = await this.#connection.query<{ t: string; o: string; v: string }>(
      `SELECT uniq(texts[${hex}]) AS t, uniq(others[${hex}]) AS o, uniq(${typedOf(hex)}) AS v FROM (SELECT texts, numbers, others FROM ${EVENTS} LIMIT ${SAMPLE_ROWS})`,
    );
    const isFew = (distinct: string | undefined): boolean => Number(distinct ?? 0) <= LOW_CARDINALITY_MAX;
    const text = (distinct: string | undefined): string => (isFew(distinct) ? 'LowCardinality(String)' : 'String');
    const types = { texts: text(sample?.t), numbers: 'Float64', others: text(sample?.o) };
    const columns: [name: string, type: string, sql: string][] = (Object.keys(MAPS) as MapName[]).map((map) => [
      columnOf(map, key),
      types[map],
      `${map}[${hex}]`,
    ]);
    const isTyped = isFew(sample?.v);
    if (isTyped) columns.unshift([columnOf('typed', key), 'LowCardinality(String)', typedOf(hex)]);
    for (const [name, type, sql] of columns)
      await this.#connection.command(
        `ALTER TABLE ${EVENTS} ADD COLUMN IF NOT EXISTS ${name} ${type} MATERIALIZED ${sql} CODEC(ZSTD)`,
      );
    this.#hot.add(key);
    if (isTyped) this.#typed.add(key);
    const made = columns.map(([name]) => `MATERIALIZE COLUMN ${name}`).join(', ');
    await this.#connection.command(`ALTER TABLE ${EVENTS} ${made}`, {}, { mutations_sync: 0 });
    this.#logger?.info({ property: key }, 'a property asked for often gets a column of its own');
  }
}

/** Keys whose asks are counted; then counting begins anew. */
const ASKED_MAX = 10_000;

/** Hexadecimal: nothing that a caller sent stands in a statement as it came. */
const columnOf = (kind: MapName | 'typed', key: string): string =>
  `hot_${kind === 'typed' ? 'v' : MAPS[kind]}_${Buffer.from(key).toString('hex')}`;
