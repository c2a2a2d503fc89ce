import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { APP_NAME } from '../../model/event.ts';
import type { Connection } from './connection.ts';
import { EVENTS, type Row } from './sql.ts';

/** A property's value as a text with the letter of its type before it, empty when absent. @param key an expression */
export const typedOf = (key: string): string =>
  `multiIf(texts[${key}] != '', concat('t', texts[${key}]), numbers[${key}] != 0, concat('n', toString(numbers[${key}])), others[${key}] = '""', 't', others[${key}] = '0', 'n0', others[${key}] != '', concat('o', others[${key}]), '')`;

/** Whether a property is a number, or is there as something else. @param key an expression */
export const isNumberOf = (key: string): string => `(numbers[${key}] != 0 OR others[${key}] = '0')`;
export const isOtherOf = (key: string): string => `(texts[${key}] != '' OR others[${key}] NOT IN ('', '0'))`;
/** What the maps of texts and of others have to say about that, in one byte: something else, the number 0, or neither. */
const sortOf = (key: string): string => `multiIf(${isOtherOf(key)}, 1, others[${key}] = '0', 2, 0)`;

const LETTERS = { texts: 't', numbers: 'n', others: 'o', typed: 'v', sort: 's' } as const;
export type HotColumn = keyof typeof LETTERS;
const COLUMNS = Object.keys(LETTERS) as HotColumn[];

/** Hexadecimal: nothing that a caller sent stands in a statement as it came. */
export const columnOf = (column: HotColumn, key: string): string =>
  `hot_${LETTERS[column]}_${Buffer.from(key).toString('hex')}`;

/** Beyond, a dictionary costs more than it saves. */
const LOW_CARDINALITY_MAX = 5_000;
const SAMPLE_ROWS = 200_000;
const SAMPLE_MAX_SECONDS = 10;
const READY_FIRST_MS = 200;
const READY_MAX_MS = 5_000;
/** Part of a change of the table: it takes no session of questions. */
const CHANGE = { priority: 2, max_execution_time: SAMPLE_MAX_SECONDS };
const SMALL = { priority: 1, max_execution_time: SAMPLE_MAX_SECONDS };

/** Written beside the columns of a property, as the comment of that of `others`. */
export interface HotNote {
  /** Whose question had them made. */
  readonly app: string;
  /** When a question last read them, UTC ms, to the day or so. */
  readonly usedAt: number;
}

export interface Hot extends HotNote {
  readonly key: string;
  readonly columns: readonly HotColumn[];
}

/** What the columns hold, in short: columns of another meaning are of another version of Seismo and made anew. */
const MEANING = createHash('sha256')
  .update([typedOf('k'), sortOf('k')].join('\n'))
  .digest('hex')
  .slice(0, 12);

const noteText = ({ app, usedAt }: HotNote): string => `${MEANING} ${app} ${usedAt}`;
function noteOf(text: string): HotNote | undefined {
  const [meaning, app = '', usedAt] = text.split(' ');
  return meaning === MEANING && APP_NAME.test(app) && Number(usedAt) > 0 ? { app, usedAt: Number(usedAt) } : undefined;
}

/** The columns that the table has, by property; `note` is absent where they are of another version. */
export async function storedColumns(
  connection: Connection,
): Promise<{ readonly key: string; readonly columns: readonly HotColumn[]; readonly note: HotNote | undefined }[]> {
  const rows = await connection.query<{ name: string; comment: string }>(
    'SELECT name, comment FROM system.columns WHERE database = currentDatabase() AND table = {t:String} AND startsWith(name, {p:String})',
    { t: EVENTS, p: 'hot_' },
  );
  const found = new Map<string, { columns: HotColumn[]; note: HotNote | undefined }>();
  for (const { name, comment } of rows) {
    const column = COLUMNS.find((each) => name.startsWith(columnOf(each, '')));
    if (column === undefined) continue;
    const key = Buffer.from(name.slice(columnOf(column, '').length), 'hex').toString();
    const known = found.get(key) ?? { columns: [], note: undefined };
    found.set(key, { columns: [...known.columns, column], note: known.note ?? noteOf(comment) });
  }
  return [...found].map(([key, each]) => ({ key, ...each }));
}

/** Whether the newest events of the app that come to hand have the property, and which of its texts are few. */
export async function sampleOf(
  connection: Connection,
  app: string,
  key: string,
): Promise<{ readonly exists: boolean; readonly isFew: Readonly<Record<HotColumn, boolean>> }> {
  const hex = hexOf(key);
  const [row] = await connection.query<Row>(
    `SELECT countIf(v != '') AS n, uniq(t) AS texts, uniq(o) AS others, uniq(v) AS typed FROM (
      SELECT texts[${hex}] AS t, others[${hex}] AS o, ${typedOf(hex)} AS v FROM ${EVENTS} WHERE app = {a:String} LIMIT ${SAMPLE_ROWS})`,
    { a: app },
    { settings: CHANGE },
  );
  const isFew = (column: string): boolean => Number(row?.[column] ?? 0) <= LOW_CARDINALITY_MAX;
  return {
    exists: Number(row?.['n'] ?? 0) > 0,
    isFew: { texts: isFew('texts'), others: isFew('others'), typed: isFew('typed'), numbers: false, sort: false },
  };
}

/** Adds the columns and has the engine compute them for what is stored, in the background. @returns which */
export async function addColumns(
  connection: Connection,
  key: string,
  isFew: Readonly<Record<HotColumn, boolean>>,
  note: HotNote,
): Promise<readonly HotColumn[]> {
  const hex = hexOf(key);
  const text = (column: HotColumn): string => (isFew[column] ? 'LowCardinality(String)' : 'String');
  // Numbers are read whole and often: LZ4 takes a sixth off such questions, for 1.6 bytes an event.
  const definitions: Record<HotColumn, string> = {
    typed: `LowCardinality(String) MATERIALIZED ${typedOf(hex)} CODEC(ZSTD)`,
    sort: `UInt8 MATERIALIZED ${sortOf(hex)} CODEC(ZSTD)`,
    texts: `${text('texts')} MATERIALIZED texts[${hex}] CODEC(ZSTD)`,
    numbers: `Float64 MATERIALIZED numbers[${hex}] CODEC(LZ4)`,
    others: `${text('others')} MATERIALIZED others[${hex}] COMMENT '${noteText(note)}' CODEC(ZSTD)`,
  };
  const columns = COLUMNS.filter((column) => column !== 'typed' || isFew.typed);
  const added = columns.map((column) => `ADD COLUMN IF NOT EXISTS ${columnOf(column, key)} ${definitions[column]}`);
  await connection.command(`ALTER TABLE ${EVENTS} ${added.join(', ')}`);
  await computeColumns(connection, key, columns);
  return columns;
}

export async function computeColumns(
  connection: Connection,
  key: string,
  columns: readonly HotColumn[],
): Promise<void> {
  const made = columns.map((column) => `MATERIALIZE COLUMN ${columnOf(column, key)}`).join(', ');
  await connection.command(`ALTER TABLE ${EVENTS} ${made}`, {}, { mutations_sync: 0 });
}

export async function dropColumns(connection: Connection, key: string, columns: readonly HotColumn[]): Promise<void> {
  const dropped = columns.map((column) => `DROP COLUMN IF EXISTS ${columnOf(column, key)}`).join(', ');
  await connection.command(`ALTER TABLE ${EVENTS} ${dropped}`, {}, { mutations_sync: 0, alter_sync: 0 });
}

export async function writeNote(connection: Connection, key: string, note: HotNote): Promise<void> {
  await connection.command(`ALTER TABLE ${EVENTS} COMMENT COLUMN ${columnOf('others', key)} '${noteText(note)}'`);
}

/** Whether every part of the table holds the columns: for one that does not, the engine takes whole maps apart. */
export async function areEverywhere(
  connection: Connection,
  key: string,
  columns: readonly HotColumn[],
): Promise<boolean> {
  const names = columns.map((column) => columnOf(column, key));
  const [row] = await connection.query<Row>(
    `SELECT count() AS n FROM (SELECT name, countIf(has({c:Array(String)}, column)) AS c FROM system.parts_columns
      WHERE active AND database = currentDatabase() AND table = {t:String} GROUP BY name) WHERE c < {n:UInt32}`,
    { c: names, t: EVENTS, n: names.length },
    { settings: SMALL },
  );
  return Number(row?.['n'] ?? 0) === 0;
}

/** Resolves when every part holds the columns. @throws the reason of the signal */
export async function everywhere(
  connection: Connection,
  key: string,
  columns: readonly HotColumn[],
  signal: AbortSignal,
): Promise<void> {
  for (let ms = READY_FIRST_MS; !(await areEverywhere(connection, key, columns)); ms = Math.min(ms * 1.5, READY_MAX_MS))
    await pause(ms, undefined, { signal, ref: false });
}

const hexOf = (key: string): string => `unhex('${Buffer.from(key).toString('hex')}')`;
