import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { APP_NAME } from '../../model/event.ts';
import type { Connection, Settings } from './connection.ts';
import { HOT_COLUMNS, type HotColumn, hotColumnName, propertyInMaps, sortSql } from './property-sql.ts';
import { EVENTS, type Row } from './sql.ts';
import { quotedText } from './sql-quotes.ts';

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

/** What the columns hold, in short: columns with another meaning come from another version of Seismo and are rebuilt. */
const MEANING = createHash('sha256')
  .update([propertyInMaps('k').typed, sortSql(propertyInMaps('k'))].join('\n'))
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
    `SELECT name, any(comment) AS comment FROM ${connection.layout.system('columns')}
    WHERE database = currentDatabase() AND table = {t:String} AND startsWith(name, {p:String}) GROUP BY name`,
    { t: connection.layout.rows, p: 'hot_' },
  );
  const found = new Map<string, { columns: HotColumn[]; note: HotNote | undefined }>();
  for (const { name, comment } of rows) {
    const column = HOT_COLUMNS.find((each) => name.startsWith(hotColumnName(each, '')));
    if (column === undefined) continue;
    const key = Buffer.from(name.slice(hotColumnName(column, '').length), 'hex').toString();
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
  const { texts, others, typed } = propertyInMaps(hexOf(key));
  const [row] = await connection.query<Row>(
    `SELECT countIf(v != '') AS n, uniq(t) AS texts, uniq(o) AS others, uniq(v) AS typed FROM (
      SELECT ${texts} AS t, ${others} AS o, ${typed} AS v FROM ${EVENTS} WHERE app = {a:String} LIMIT ${SAMPLE_ROWS})`,
    { a: app },
    { settings: CHANGE },
  );
  const isFew = (column: string): boolean => Number(row?.[column] ?? 0) <= LOW_CARDINALITY_MAX;
  return {
    exists: Number(row?.['n'] ?? 0) > 0,
    isFew: { texts: isFew('texts'), others: isFew('others'), typed: isFew('typed'), numbers: false, sort: false },
  };
}

/** Adds the columns: rows that come have them, those stored compute them when they are read. @returns which */
export async function addColumns(
  connection: Connection,
  key: string,
  isFew: Readonly<Record<HotColumn, boolean>>,
  note: HotNote,
): Promise<readonly HotColumn[]> {
  const inMaps = propertyInMaps(hexOf(key));
  const text = (column: HotColumn): string => (isFew[column] ? 'LowCardinality(String)' : 'String');
  // Numbers are read whole and often: LZ4 takes a sixth off such questions, for 1.6 bytes an event.
  const definitions: Record<HotColumn, string> = {
    typed: `LowCardinality(String) MATERIALIZED ${inMaps.typed} CODEC(ZSTD)`,
    sort: `UInt8 MATERIALIZED ${sortSql(inMaps)} CODEC(ZSTD)`,
    texts: `${text('texts')} MATERIALIZED ${inMaps.texts} CODEC(ZSTD)`,
    numbers: `Float64 MATERIALIZED ${inMaps.numbers} CODEC(LZ4)`,
    others: `${text('others')} MATERIALIZED ${inMaps.others} COMMENT '${noteText(note)}' CODEC(ZSTD)`,
  };
  const columns = HOT_COLUMNS.filter((column) => column !== 'typed' || isFew.typed);
  const added = columns.map(
    (column) => `ADD COLUMN IF NOT EXISTS ${hotColumnName(column, key)} ${definitions[column]}`,
  );
  await changeColumns(connection, added.join(', '));
  return columns;
}

/** Begins to compute the columns for the parts that lack them, in the background. */
export async function computeColumns(
  connection: Connection,
  key: string,
  columns: readonly HotColumn[],
): Promise<void> {
  const partitions = await partitionsWithout(connection, key, columns);
  const made = partitions.flatMap((id) =>
    columns.map((column) => `MATERIALIZE COLUMN ${hotColumnName(column, key)} IN PARTITION ID ${quotedText(id)}`),
  );
  if (made.length === 0) return;
  await connection.onShards(`ALTER TABLE ${connection.layout.rows} ${made.join(', ')}`, {}, { mutations_sync: 0 });
}

/** What is computed already stays. */
export async function stopComputing(connection: Connection, key: string): Promise<void> {
  await connection.onShards(
    'KILL MUTATION WHERE database = currentDatabase() AND table = {t:String} AND position(command, {c:String}) > 0 SYNC',
    { t: connection.layout.rows, c: `MATERIALIZE COLUMN ${hotColumnName('others', key)} ` },
  );
}

export async function dropColumns(connection: Connection, key: string, columns: readonly HotColumn[]): Promise<void> {
  const dropped = columns.map((column) => `DROP COLUMN IF EXISTS ${hotColumnName(column, key)}`).join(', ');
  await changeColumns(connection, dropped, { mutations_sync: 0, alter_sync: 0 });
}

/** The table that questions name knows them after the one that holds the rows does, and forgets them before. */
async function changeColumns(connection: Connection, changes: string, settings?: Settings): Promise<void> {
  const { rows, cluster } = connection.layout;
  const ofRows = () => connection.onShards(`ALTER TABLE ${rows} ${changes}`, {}, settings);
  if (cluster === undefined) return await ofRows();
  const isDropped = changes.startsWith('DROP');
  if (!isDropped) await ofRows();
  for (const node of connection.nodes) await node.command(`ALTER TABLE ${EVENTS} ${changes}`, {}, settings);
  if (isDropped) await ofRows();
}

export async function writeNote(connection: Connection, key: string, note: HotNote): Promise<void> {
  await connection.onShards(
    `ALTER TABLE ${connection.layout.rows} COMMENT COLUMN ${hotColumnName('others', key)} '${noteText(note)}'`,
  );
}

/** Whether every part of the table holds the columns: for one that does not, the engine takes whole maps apart. */
export async function areEverywhere(
  connection: Connection,
  key: string,
  columns: readonly HotColumn[],
): Promise<boolean> {
  return (await partitionsWithout(connection, key, columns)).length === 0;
}

async function partitionsWithout(
  connection: Connection,
  key: string,
  columns: readonly HotColumn[],
): Promise<readonly string[]> {
  const names = columns.map((column) => hotColumnName(column, key));
  const rows = await connection.query<{ id: string }>(
    `SELECT DISTINCT id FROM (SELECT shardNum() AS shard, name, partition_id AS id, countIf(has({c:Array(String)}, column)) AS held
      FROM ${connection.layout.system('parts_columns')}
      WHERE active AND database = currentDatabase() AND table = {t:String} GROUP BY shard, name, id) WHERE held < {n:UInt32}`,
    { c: names, t: connection.layout.rows, n: names.length },
    { settings: SMALL },
  );
  return rows.map(({ id }) => id);
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
