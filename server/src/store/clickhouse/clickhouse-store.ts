import type { JsonValue, QueryControl } from '../../query.ts';
import { ROW_COLUMNS } from '../../row.ts';
import type { AppSummary, EventNameSummary, EventRow, PropertySummary, Store } from '../store.ts';
import type { Connection } from './connection.ts';
import { Bound, present, propertyKeys, whereSql } from './filter-sql.ts';
import { migrate } from './schema.ts';

const T = 'seismo.events';
const sketch = (exact: boolean): string => (exact ? 'uniqExactIf' : 'uniqCombined64If(17)');
const usersSql = (exact: boolean, also = ''): string => `${sketch(exact)}(person, person != 0${also})`;
const EXACT_BELOW = 1000;

const options = (control: QueryControl) => ({
  settings: {
    max_execution_time: control.maxSeconds,
    max_memory_usage: control.maxBytes,
    max_result_rows: control.maxRows,
  },
  ...(control.signal && { signal: control.signal }),
});

type Row = Record<string, string | number>;

export function createClickHouseStore({ connection }: { readonly connection: Connection }): Store {
  return {
    open: () => migrate(connection),
    close: () => connection.close(),
    ping: () => connection.ping(),
    insert: (block) =>
      connection.insert(T, ROW_COLUMNS, block.payload, {
        queryId: `insert-${block.journal}-${block.firstSeq}-${block.endSeq}-${Date.now()}`,
        settings: {
          insert_deduplication_token: block.token,
          max_insert_block_size: 100_000_000,
          min_insert_block_size_rows: 100_000_000,
          min_insert_block_size_bytes: 0,
          max_partitions_per_insert_block: 0,
        },
      }),
    settleInserts: (journal) => connection.kill(`insert-${journal}-`),
    async storedRanges(journal, fromSeq, toSeq) {
      const rows = await connection.query<Row>(
        `SELECT min(s) AS f, max(s) + 1 AS t FROM (SELECT s, s - row_number() OVER (ORDER BY s) AS g FROM
          (SELECT DISTINCT toInt64(seq) AS s FROM ${T} WHERE journal = {j:UUID} AND seq >= {f:UInt64} AND seq < {t:UInt64}))
         GROUP BY g ORDER BY f`,
        { j: journal, f: fromSeq, t: toSeq },
        { settings: { apply_deleted_mask: 0 } },
      );
      return rows.map((row) => ({ from: Number(row.f), to: Number(row.t) }));
    },
    async events(query, control) {
      const bound = new Bound();
      let where = whereSql(query.app, query.range, query.filters, bound);
      const desc = query.order === 'desc';
      if (query.after)
        where += ` AND (timestamp, seq) ${desc ? '<' : '>'} (fromUnixTimestamp64Milli(${bound.add('Int64', query.after.timestamp)}, 'UTC'), ${bound.add('UInt64', query.after.seq)})`;
      const order = desc ? 'DESC' : 'ASC';
      const rows = await connection.query<Row>(
        `SELECT toString(seq) AS s, toUnixTimestamp64Milli(timestamp) AS ts, toUnixTimestamp64Milli(receivedAt) AS ra, clientTimestamp AS ct,
          uuid, app, id, event, user, device, session, data FROM ${T} WHERE ${where}
         ORDER BY timestamp ${order}, seq ${order} LIMIT ${bound.add('UInt64', query.limit)}`,
        bound.values,
        options(control),
      );
      return rows.map(
        (r): EventRow => ({
          seq: String(r.s),
          uuid: String(r.uuid),
          app: String(r.app),
          id: String(r.id),
          event: String(r.event),
          timestamp: Number(r.ts),
          receivedAt: Number(r.ra),
          ...(Number(r.ct) >= 0 && { clientTimestamp: Number(r.ct) }),
          ...(r.user && { user: String(r.user) }),
          ...(r.device && { device: String(r.device) }),
          ...(r.session && { session: String(r.session) }),
          ...(r.data && { dataText: String(r.data) }),
        }),
      );
    },
    async knownUuids(app, range, uuids) {
      const bound = new Bound();
      const where = whereSql(app, range, [], bound);
      const rows = await connection.query<{ uuid: string }>(
        `SELECT DISTINCT uuid FROM ${T} WHERE ${where} AND toString(uuid) IN ${bound.add('Array(String)', uuids)}`,
        bound.values,
      );
      return new Set(rows.map((row) => row.uuid));
    },
    async counts(query, control) {
      const bound = new Bound();
      const where = whereSql(query.app, query.range, query.filters, bound);
      const users = usersSql(query.exact);
      const [all] = await connection.query<Row>(
        `SELECT count() AS n, ${users} AS u FROM ${T} WHERE ${where}`,
        bound.values,
        options(control),
      );
      const result = {
        total: Number(all?.n ?? 0),
        users: Number(all?.u ?? 0),
        usersExact: query.exact || Number(all?.u ?? 0) < EXACT_BELOW,
      };
      if (!query.buckets?.length) return result;
      const bucket = `roundDown(toUnixTimestamp64Milli(timestamp), ${bound.add('Array(Int64)', query.buckets)})`;
      const rows = await connection.query<Row>(
        `SELECT ${bucket} AS b, count() AS n, ${users} AS u FROM ${T} WHERE ${where} GROUP BY b ORDER BY b`,
        bound.values,
        options(control),
      );
      return { ...result, series: rows.map((r) => ({ from: Number(r.b), total: Number(r.n), users: Number(r.u) })) };
    },
    async groups(query, control) {
      const bound = new Bound();
      const where = whereSql(query.app, query.range, query.filters, bound);
      const [first, second] = propertyKeys(query.attribute).map((key) => bound.add('String', key));
      const value = (k: string) =>
        `multiIf(mapContains(texts, ${k}), toJSONString(texts[${k}]), mapContains(numbers, ${k}), toJSONString(numbers[${k}]), others[${k}])`;
      const v = second === undefined ? value(first!) : `if(${present(first!)}, ${value(first!)}, ${value(second)})`;
      const top = await connection.query<Row>(
        `SELECT ${v} AS v, count() AS n, ${usersSql(query.exact)} AS u FROM ${T} WHERE ${where} GROUP BY v HAVING v != ''
         ORDER BY n DESC, v LIMIT ${bound.add('UInt64', query.limit)}`,
        bound.values,
        options(control),
      );
      const shown = bound.add(
        'Array(String)',
        top.map((r) => String(r.v)),
      );
      const other = `v != '' AND NOT has(${shown}, v)`;
      const [rest] = await connection.query<Row>(
        `SELECT count() AS n, ${usersSql(query.exact)} AS u, countIf(v = '') AS mn, ${usersSql(query.exact, " AND v = ''")} AS mu,
          countIf(${other}) AS xn, ${usersSql(query.exact, ` AND ${other}`)} AS xu FROM (SELECT ${v} AS v, person FROM ${T} WHERE ${where})`,
        bound.values,
        options(control),
      );
      const number = (name: string): number => Number(rest?.[name] ?? 0);
      return {
        groups: top.map((r) => ({
          value: JSON.parse(String(r.v)) as JsonValue,
          total: Number(r.n),
          users: Number(r.u),
        })),
        other: { total: number('xn'), users: number('xu') },
        missing: { total: number('mn'), users: number('mu') },
        total: number('n'),
        users: number('u'),
        usersExact: query.exact || number('u') < EXACT_BELOW,
      };
    },
    async apps(control) {
      const rows = await connection.query<Row>(
        `SELECT app, ${SEEN} FROM ${T} GROUP BY app ORDER BY app`,
        {},
        options(control),
      );
      return rows.map((r): AppSummary => ({ app: String(r.app), ...seen(r) }));
    },
    async eventNames(app, control) {
      const rows = await connection.query<Row>(
        `SELECT id, event, ${SEEN} FROM ${T} WHERE app = {a:String} GROUP BY id, event ORDER BY n DESC, id, event`,
        { a: app },
        options(control),
      );
      return rows.map((r): EventNameSummary => ({ id: String(r.id), event: String(r.event), ...seen(r) }));
    },
    async properties(app, control) {
      const rows = await connection.query<{ k: string; n: string; j: string[] }>(
        `SELECT k, count() AS n, groupUniqArray(20)(j) AS j FROM (SELECT arrayJoin(arrayConcat(
          arrayMap((k, v) -> (toString(k), toJSONString(v)), mapKeys(texts), mapValues(texts)),
          arrayMap((k, v) -> (toString(k), toJSONString(v)), mapKeys(numbers), mapValues(numbers)),
          arrayMap((k, v) -> (toString(k), v), mapKeys(others), mapValues(others)))) AS p, p.1 AS k, p.2 AS j
          FROM (SELECT texts, numbers, others FROM ${T} WHERE app = {a:String} ORDER BY timestamp DESC LIMIT 100000))
         GROUP BY k ORDER BY n DESC, k`,
        { a: app },
        options(control),
      );
      return rows.map((r): PropertySummary => {
        const values = r.j.map((text) => JSON.parse(text) as JsonValue);
        return {
          name: r.k.includes('\\') ? `["${r.k.replace(/\\(.)/g, '$1')}"]` : r.k,
          total: Number(r.n),
          types: [...new Set(values.map(typeOf))],
          examples: values.slice(0, 5),
        };
      });
    },
    async erase(app, range, filters) {
      const bound = new Bound();
      const where = whereSql(app, range, filters, bound);
      const [row] = await connection.query<Row>(`SELECT count() AS n FROM ${T} WHERE ${where}`, bound.values);
      const n = Number(row?.n ?? 0);
      if (n > 0)
        await connection.command(`DELETE FROM ${T} WHERE ${where}`, bound.values, { lightweight_deletes_sync: 2 });
      return n;
    },
    // Users are counted from the raw table, in any zone: nothing is kept by day yet.
    async setTimeZone() {},
    async usage() {
      const [r] = await connection.query<Row>(
        `SELECT sum(rows) AS n, sum(bytes_on_disk) AS b, count() AS p, version() AS v FROM system.parts WHERE active AND database = 'seismo' AND table = 'events'`,
      );
      return { events: Number(r?.n), bytesOnDisk: Number(r?.b), parts: Number(r?.p), version: String(r?.v) };
    },
  };
}

const SEEN = 'count() AS n, toUnixTimestamp64Milli(min(timestamp)) AS f, toUnixTimestamp64Milli(max(timestamp)) AS l';
const seen = (r: Row) => ({ total: Number(r.n), firstSeen: Number(r.f), lastSeen: Number(r.l) });

function typeOf(value: JsonValue): PropertySummary['types'][number] {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' ? 'text' : (type as 'number' | 'boolean' | 'object');
}
