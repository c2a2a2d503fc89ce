import { randomUUID } from 'node:crypto';
import { DAY_MS } from '../../model/duration.ts';
import { ROW_COLUMNS } from '../../row/row.ts';
import type { AppDay, CopyStore, EventSet, SeqsOf } from '../copy-store.ts';
import type { Connection, QueryOptions } from './connection.ts';
import { hideSql, lengthOf } from './erasure.ts';
import { NO_HOT_COLUMNS } from './property-sql.ts';
import { Bound, EVENTS, type Row } from './sql.ts';

/** Like a change of the table: it takes no session of questions. */
const CHANGE = { priority: 2 };
/** Whole or not at all: a failure in the middle of rows would look like rows. */
const WHOLE = { ...CHANGE, wait_end_of_query: 1 };
const QUERY_PREFIX = 'insert-move-';

/** The order of keys is not part of a map: the engine stores maps in buckets, and may change how many. */
const mapSum = (column: string): string =>
  `arraySum(arrayMap((k, v) -> cityHash64(k, v), mapKeys(${column}), mapValues(${column})))`;
/** Hashes of plain values only: the same number in every version of the engine. */
const ROW_SUM = `cityHash64(seq, toString(journal), toUnixTimestamp64Milli(timestamp), toUnixTimestamp64Milli(receivedAt), clientTimestamp,
  toString(uuid), toString(app), toString(id), toString(event), user, device, session, toString(shape), data,
  ${['texts', 'numbers', 'others'].map(mapSum).join(', ')})`;
const BYTES = 'sum(byteSize(user, device, session, data, texts, numbers, others))';
const SUMS = `count() AS n, toString(sum(${ROW_SUM})) AS h, ${BYTES} AS b`;

export function copyStore(opened: () => Connection): CopyStore {
  const ask = async (sql: string, bound: Bound, signal?: AbortSignal): Promise<Row[]> => {
    const options: QueryOptions = { settings: CHANGE, ...(signal && { signal }) };
    return await opened().query<Row>(sql, bound.values, options);
  };
  const rowsWhere = async (where: string, bound: Bound, signal: AbortSignal): Promise<Buffer[]> => {
    const pieces: Buffer[] = [];
    const sql = `SELECT ${ROW_COLUMNS.join(', ')} FROM ${EVENTS} WHERE ${where} FORMAT RowBinary`;
    for await (const piece of opened().bytes(sql, bound.values, { settings: WHOLE, signal })) pieces.push(piece);
    return pieces;
  };
  return {
    async journals() {
      const rows = await ask(
        `SELECT journal, max(seq) AS s, count() AS n FROM ${EVENTS} GROUP BY journal`,
        new Bound(NO_HOT_COLUMNS),
      );
      return rows.map((row) => ({
        journal: String(row['journal']),
        highestSeq: Number(row['s']),
        events: Number(row['n']),
      }));
    },
    async partitions() {
      const rows = await ask(
        `SELECT partition_id AS id, concat(toString(count()), ' ', toString(groupBitXor(cityHash64(name)))) AS state FROM ${opened().layout.system('parts')}
        WHERE active AND rows > 0 AND database = currentDatabase() AND table = '${opened().layout.rows}' GROUP BY id ORDER BY id`,
        new Bound(NO_HOT_COLUMNS),
      );
      return new Map(rows.map((row) => [String(row['id']), String(row['state'])]));
    },
    async days(partition, signal) {
      const bound = new Bound(NO_HOT_COLUMNS);
      const rows = await ask(
        `SELECT app, intDiv(toUnixTimestamp64Milli(timestamp), ${DAY_MS}) AS d, ${SUMS} FROM ${EVENTS}
        WHERE _partition_id = ${bound.add('String', partition)} GROUP BY app, d ORDER BY app, d`,
        bound,
        signal,
      );
      return rows.map((row) => ({ app: String(row['app']), day: Number(row['d']) * DAY_MS, ...sumOf(row) }));
    },
    async ranges(day, width, signal) {
      const bound = new Bound(NO_HOT_COLUMNS);
      const rows = await ask(
        `SELECT journal, intDiv(seq, ${bound.add('UInt32', width)}) AS r, ${SUMS} FROM ${EVENTS}
        WHERE ${setSql(wholeDay(day), bound)} GROUP BY journal, r ORDER BY journal, r`,
        bound,
        signal,
      );
      return rows.map((row) => ({
        ...rangeOf(row, width),
        ...sumOf(row),
      }));
    },
    async rows(range, signal) {
      const bound = new Bound(NO_HOT_COLUMNS);
      const rows = await ask(
        `SELECT seq, toString(${ROW_SUM}) AS h FROM ${EVENTS} WHERE ${setSql(range, bound)} ORDER BY seq`,
        bound,
        signal,
      );
      return rows.map((row) => ({ seq: Number(row['seq']), checksum: String(row['h']) }));
    },
    async read(sets, signal) {
      const bound = new Bound(NO_HOT_COLUMNS);
      return await rowsWhere(anySql(sets, bound), bound, signal);
    },
    async spans(width, signal) {
      const bound = new Bound(NO_HOT_COLUMNS);
      const rows = await ask(
        `SELECT journal, intDiv(seq, ${bound.add('UInt32', width)}) AS r, count() AS n, ${BYTES} AS b FROM ${EVENTS}
        GROUP BY journal, r ORDER BY journal, r`,
        bound,
        signal,
      );
      return rows.map((row) => ({
        ...rangeOf(row, width),
        events: Number(row['n']),
        bytes: Number(row['b']),
      }));
    },
    async readSpan(range, signal) {
      const bound = new Bound(NO_HOT_COLUMNS);
      return await rowsWhere(seqsSql(range, bound), bound, signal);
    },
    async write(rows) {
      await opened().insert(EVENTS, ROW_COLUMNS, rows, {
        queryId: `${QUERY_PREFIX}${randomUUID()}`,
        // Without a token, the engine takes rows that were removed and come again for a repeat, and ignores them.
        settings: { insert_deduplication_token: randomUUID(), max_partitions_per_insert_block: 0 },
      });
    },
    async remove(partition, sets) {
      const bound = new Bound(NO_HOT_COLUMNS);
      const where = anySql(sets, bound);
      await opened().onShards(hideSql(opened().layout.rows, [partition], where, lengthOf(bound.values)), bound.values, {
        lightweight_deletes_sync: 2,
        mutations_sync: 2,
      });
    },
    settle: async () => await opened().kill(QUERY_PREFIX),
  };
}

export const wholeDay = ({ app, day }: AppDay): EventSet => ({ app, from: day, to: day + DAY_MS });

const anySql = (sets: readonly EventSet[], bound: Bound): string =>
  sets.map((set) => `(${setSql(set, bound)})`).join(' OR ');

function setSql({ app, from, to, range, seqs }: EventSet, bound: Bound): string {
  const parts = [
    `app = ${bound.add('String', app)}`,
    `timestamp >= ${bound.time(from)}`,
    `timestamp < ${bound.time(to)}`,
  ];
  if (range !== undefined) parts.push(seqsSql(range, bound));
  if (seqs !== undefined) parts.push(`seq IN ${bound.add('Array(UInt64)', seqs)}`);
  return parts.join(' AND ');
}

const seqsSql = ({ journal, fromSeq, toSeq }: SeqsOf, bound: Bound): string =>
  `journal = ${bound.add('UUID', journal)} AND seq >= ${bound.add('UInt64', fromSeq)} AND seq < ${bound.add('UInt64', toSeq)}`;

const rangeOf = (row: Row, width: number) => ({
  journal: String(row['journal']),
  fromSeq: Number(row['r']) * width,
  toSeq: (Number(row['r']) + 1) * width,
});

const sumOf = (row: Row) => ({ events: Number(row['n']), checksum: String(row['h']), bytes: Number(row['b']) });
