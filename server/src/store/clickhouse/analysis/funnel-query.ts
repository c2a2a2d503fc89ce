import type { FunnelCounts, FunnelQuery, FunnelResult, TypedValue } from '../../../model/analysis-query.ts';
import type { Range } from '../../../model/query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, options, type Row } from '../sql.ts';
import { type EventSequences, eventSequences, hasMark, isMarked, marksSql } from './sql/event-sequence-sql.ts';
import { funnelStepsSql } from './sql/funnel-steps-sql.ts';
import { type Identities, personOf } from './sql/identity.ts';
import { type Source, sourceOf } from './sql/scope-sql.ts';
import { sessionReading } from './sql/session-sql.ts';
import { typedValue } from './sql/value-sql.ts';

const QUANTILES = 'quantilesExactInclusiveIf';

/** EventSequences of users or sessions, followed step by step (funnel-steps-sql.ts), counted by the value at the first step. */
export async function funnel(
  { connection, identities, highestSeq, control }: EngineContext,
  query: FunnelQuery,
): Promise<FunnelResult> {
  const identityOf = await identities.of(query.app, control);
  // A bit a step, and one for what is excluded after each but the last.
  const packing = eventSequences(rangeRead(query), 2 * query.steps.length - 1, await highestSeq.get());
  const bound = new Bound();
  const counted = connection.query<Row>(
    countSql(query, stepsMadeSql(query, packing, identityOf, bound, false), bound),
    bound.values,
    options(control),
  );
  const named = new Bound();
  const users =
    query.list &&
    connection.query<Row>(
      listSql(query, packing, stepsMadeSql(query, packing, identityOf, named, true), named),
      named.values,
      options(control),
    );
  const [rows, listed = []] = await Promise.all([counted, users]);
  const whole = rows.find((row) => Number(row['isWhole']) === 1);
  const groups = rows.filter((row) => Number(row['isWhole']) === 0);
  return {
    whole: countsOf(whole, query.steps.length),
    groups: groups.map((row) => ({ ...countsOf(row, query.steps.length), value: valueOfRow(row) })),
    users: listed.map((row) => ({
      ...personOf(row),
      at: Number(row['t']),
      ...(row['w'] !== '' && { session: String(row['w']) }),
    })),
  };
}

/** Later steps count while the window lasts, also behind the range; sessions are those that begin in it. */
const rangeRead = ({ by, range, gapMs, windowMs }: FunnelQuery): Range =>
  by === 'session' ? sessionRange(range, gapMs) : { from: range.from, to: range.to + windowMs };

/**
 * Behind a short range with a long window most events are of users who did not enter: these are left out before sequences are made of them. Where the
 * range is the longer part, looking each user up costs more than it saves.
 */
function followed({ range, windowMs }: FunnelQuery, source: Source, entry: string, bound: Bound): string {
  if (windowMs < range.to - range.from) return '';
  const { person } = source.identity;
  const entrants = `SELECT ${person} AS p FROM ${source.from} WHERE ${source.where()} AND ${entry} AND p != 0`;
  return ` AND (timestamp < ${bound.time(range.to)} OR ${person} IN (${entrants}))`;
}

/** A row for each trail: `depth` (steps made), `t1`… (ms + 1, 0 beyond the depth), `v` (the value at the first step), and names when asked. */
function stepsMadeSql(
  query: FunnelQuery,
  packing: EventSequences,
  identityOf: Awaited<ReturnType<Identities['of']>>,
  bound: Bound,
  isNamed: boolean,
): string {
  const source = sourceOf(query, identityOf(bound), bound);
  const { person, user } = source.identity;
  const isBySession = query.by === 'session';
  const steps = query.steps.map((filters, i) => {
    const sql = filterSql({ and: filters }, bound);
    // Who makes the first step behind the range is none of its entrants.
    const isBound = i === 0 && query.order !== 'any' && !isBySession;
    return isBound ? `(${sql} AND timestamp < ${bound.time(query.range.to)})` : sql;
  });
  const excluded = query.steps.slice(1).map((_, i) => {
    const or = query.exclude
      .filter(({ after }) => after === undefined || after === i + 1)
      .map(({ filters }) => ({ and: filters }));
    return or.length === 0 ? undefined : filterSql({ or }, bound);
  });
  const marks = [
    marksSql(steps),
    ...excluded.flatMap((sql, i) => (sql === undefined ? [] : [marksSql([sql], steps.length + i)])),
  ].join(' + ');
  const isStrict = query.order === 'strict';
  const isKept = isStrict ? '1' : `(${[...steps, ...excluded.filter((sql) => sql !== undefined)].join(' OR ')})`;
  const sessions = isBySession ? sessionReading(source, query.range, query.gapMs, bound) : undefined;
  const entry = query.order === 'any' ? isKept : steps[0]!;
  const where =
    sessions?.where ??
    `${source.where([], rangeRead(query))} AND ${isKept} AND ${person} != 0${followed(query, source, entry, bound)}`;
  // In any order the first event may be of any step.
  const value =
    query.breakdown && `if(${query.order === 'any' ? isKept : steps[0]}, ${typedValue(query.breakdown, bound)}, '')`;
  const names = isNamed ? `, max(${user}) AS u, max(device) AS d` : '';
  const one = value ? `(${packing.packed(marks)}, ${value})` : packing.packed(marks);
  const key = (rows: string): string => (value ? `arrayMap(r -> r.1, ${rows})` : rows);
  const has = (step: number): string => hasMark(step, key('gathered'));
  const first = `x -> ${isMarked(0, value ? 'x.1' : 'x')}`;
  // Who made no second step has but one event of interest, the first one's; who made no first step has none.
  const sorted =
    query.order === 'any' || isBySession
      ? 'arraySort(gathered)'
      : `arraySort(if(${has(1)}, gathered, arraySlice(arraySort(arrayFilter(${first}, gathered)), 1, 1)))`;
  const begun = query.order === 'any' ? '' : ` WHERE ${has(0)}`;
  let sequences = `SELECT p, w${isNamed ? ', u, d' : ''}, ${sorted} AS rows FROM (
    SELECT ${person} AS p, ${isBySession ? 'session AS w' : "'' AS w"}${names}, groupArray(${one}) AS gathered
    FROM ${source.from} WHERE ${where} GROUP BY p, w)${begun}`;
  if (sessions) {
    const cut = value
      ? `arraySplit((r, d) -> d > gap, rows, arrayDifference(${packing.timesOf(key('rows'))}))`
      : packing.cutAtGaps('rows', 'gap');
    const marked = isStrict
      ? 'piece'
      : `arrayFilter(r -> bitAnd(${value ? 'r.1' : 'r'}, ${2 ** (2 * steps.length - 1) - 1}) != 0, piece)`;
    sequences = `SELECT p, w${isNamed ? ', u, d' : ''}, ${marked} AS rows FROM (
      SELECT p, w${isNamed ? ', u, d' : ''}, arrayJoin(${cut}) AS piece FROM (SELECT *, ${sessions.gapOf('notEmpty(w)')} AS gap FROM (${sequences}))
    ) WHERE ${packing.beginsIn(key('piece'), query.range)} AND notEmpty(rows)`;
  }
  const trail = `SELECT *, ${key('rows')} AS trail, ${packing.timesOf('trail')} AS ats, ${packing.marksOf('trail')} AS ms FROM (${sequences})`;
  const walked = funnelStepsSql(
    query,
    trail,
    excluded.map((sql) => sql !== undefined),
    isBySession ? undefined : query.range.to - query.range.from,
    bound,
  );
  return `SELECT *${value ? ', rows[i1].2 AS v' : ", '' AS v"} FROM (${walked}) WHERE depth > 0`;
}

function countSql(query: FunnelQuery, walked: string, bound: Bound): string {
  const places = query.steps.map((_, i) => i + 1);
  const reached = places.map((k) => `countIf(depth >= ${k}) AS n${k}`);
  const later = places.slice(1);
  const states = later.map((k) => `${QUANTILES}State(0.5, 0.9)(toFloat64(t${k} - t${k - 1}), depth >= ${k}) AS q${k}`);
  const merged = [
    ...places.map((k) => `sum(n${k}) AS r${k}`),
    ...later.map((k) => `${QUANTILES}Merge(0.5, 0.9)(q${k}) AS m${k}`),
  ].join(', ');
  const grouped = `SELECT v, ${[...reached, ...states].join(', ')} FROM (${walked}) GROUP BY v`;
  if (!query.breakdown) return `SELECT 1 AS isWhole, '' AS val, 0 AS isOther, ${merged} FROM (${grouped})`;
  return `SELECT grouping(val) AS isWhole, val, isOther, ${merged} FROM (
      SELECT *, place > ${bound.add('UInt64', query.limit)} AS isOther, if(isOther, '', v) AS val
      FROM (SELECT *, row_number() OVER (ORDER BY n1 DESC, v) AS place FROM (${grouped}))
    ) GROUP BY GROUPING SETS ((val, isOther), ()) ORDER BY isWhole DESC, isOther, r1 DESC, val`;
}

function listSql({ list }: FunnelQuery, packing: EventSequences, walked: string, bound: Bound): string {
  const { step, status, limit } = list!;
  const at = bound.add('UInt64', step);
  return `SELECT u, d, w, ${packing.utcMs(`t${step}`)} AS t FROM (${walked}) WHERE depth ${status === 'reached' ? '>=' : '='} ${at}
    ORDER BY t DESC, u, d, w LIMIT ${bound.add('UInt64', limit)}`;
}

function countsOf(row: Row | undefined, steps: number): FunnelCounts {
  const places = Array.from({ length: steps }, (_, i) => i + 1);
  const reached = places.map((k) => Number(row?.[`r${k}`] ?? 0));
  const times = (which: 0 | 1): (number | null)[] =>
    places.map((k) => {
      const values: unknown = row?.[`m${k}`];
      return k > 1 && reached[k - 1]! > 0 && Array.isArray(values) ? Number(values[which]) : null;
    });
  return { reached, medianMs: times(0), p90Ms: times(1) };
}

const valueOfRow = (row: Row): TypedValue | 'other' => (Number(row['isOther']) === 1 ? 'other' : String(row['val']));
