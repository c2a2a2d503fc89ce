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

/** Follows the event sequences of users or sessions through the steps (funnel-steps-sql.ts) and counts them by the value at the first step. */
export async function funnel(
  { connection, identities, highestSeq, hotColumnsOf, control }: EngineContext,
  query: FunnelQuery,
): Promise<FunnelResult> {
  const identityOf = await identities.of(query.app, control);
  // A bit per step, and one for the events excluded after each step but the last.
  const packing = eventSequences(rangeRead(query), 2 * query.steps.length - 1, await highestSeq.get());
  const bound = new Bound(hotColumnsOf);
  const counted = connection.query<Row>(
    countSql(query, stepsMadeSql(query, packing, identityOf, bound, false), bound),
    bound.values,
    options(control),
  );
  const named = new Bound(hotColumnsOf);
  const users =
    query.list &&
    connection.query<Row>(
      listSql(query, packing, stepsMadeSql(query, packing, identityOf, named, true), named),
      named.values,
      options(control),
    );
  const [rows, listed = []] = await Promise.all([counted, users]);
  const whole = rows.find((row) => Number(row['isTotal']) === 1);
  const groups = rows.filter((row) => Number(row['isTotal']) === 0);
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

/** Later steps count until the window ends, even after the range; sessions are those that begin in the range. */
const rangeRead = ({ by, range, gapMs, windowMs }: FunnelQuery): Range =>
  by === 'session' ? sessionRange(range, gapMs) : { from: range.from, to: range.to + windowMs };

/**
 * After a short range with a long window most events belong to users who did not enter: these are dropped before sequences are built. Where the
 * range is longer than the window, looking up each user costs more than it saves.
 */
function followed({ range, windowMs }: FunnelQuery, source: Source, entry: string, bound: Bound): string {
  if (windowMs < range.to - range.from) return '';
  const { person } = source.identity;
  const entrants = `SELECT ${person} AS p FROM ${source.from} WHERE ${source.where()} AND ${entry} AND p != 0`;
  return ` AND (timestamp < ${bound.time(range.to)} OR ${person} IN (${entrants}))`;
}

/** A row for each sequence: `depth` (steps made), `t1`… (ms + 1, 0 beyond the depth), `v` (the value at the first step), and names when asked. */
function stepsMadeSql(
  query: FunnelQuery,
  packing: EventSequences,
  identityOf: Awaited<ReturnType<Identities['of']>>,
  bound: Bound,
  isNamed: boolean,
): string {
  const source = sourceOf(query, identityOf(bound), bound, undefined, rangeRead(query));
  const { person, user } = source.identity;
  const isBySession = query.by === 'session';
  const steps = query.steps.map((filters, i) => {
    const sql = filterSql({ and: filters }, bound);
    // Users who make the first step after the range did not enter in it.
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
  const sessions = isBySession ? sessionReading(source, query.range, query.gapMs, bound, 'events') : undefined;
  const entry = query.order === 'any' ? isKept : steps[0]!;
  const where =
    sessions?.where ??
    `${source.where([], rangeRead(query))} AND ${isKept} AND ${person} != 0${followed(query, source, entry, bound)}`;
  // In any order the first event may be any step.
  const value =
    query.breakdown && `if(${query.order === 'any' ? isKept : steps[0]}, ${typedValue(query.breakdown, bound)}, '')`;
  const names = isNamed ? `, max(${user}) AS u, max(device) AS d` : '';
  const one = value ? `(${packing.packed(marks)}, ${value})` : packing.packed(marks);
  const key = (rows: string): string => (value ? `arrayMap(r -> r.1, ${rows})` : rows);
  const has = (step: number): string => hasMark(step, key('gathered'));
  const first = `x -> ${isMarked(0, value ? 'x.1' : 'x')}`;
  // Without a second step only the first event matters; without a first step none does.
  const sorted =
    query.order === 'any' || isBySession
      ? 'arraySort(gathered)'
      : `arraySort(if(${has(1)}, gathered, arraySlice(arraySort(arrayFilter(${first}, gathered)), 1, 1)))`;
  const started = query.order === 'any' ? '' : ` WHERE ${has(0)}`;
  let sequences = `SELECT p, w${isNamed ? ', u, d' : ''}, ${sorted} AS rows FROM (
    SELECT ${person} AS p, ${isBySession ? 'session AS w' : "'' AS w"}${names}, groupArray(${one}) AS gathered
    FROM ${source.from} WHERE ${where} GROUP BY p, w)${started}`;
  if (sessions) {
    const pieces = value
      ? `arraySplit((r, d) -> d > gap, rows, arrayDifference(${packing.timesOf(key('rows'))}))`
      : packing.splitAtGaps('rows', 'gap');
    const marked = isStrict
      ? 'piece'
      : `arrayFilter(r -> bitAnd(${value ? 'r.1' : 'r'}, ${2 ** (2 * steps.length - 1) - 1}) != 0, piece)`;
    sequences = `SELECT p, w${isNamed ? ', u, d' : ''}, ${marked} AS rows FROM (
      SELECT p, w${isNamed ? ', u, d' : ''}, arrayJoin(${pieces}) AS piece FROM (SELECT *, ${sessions.gapOf('notEmpty(w)')} AS gap FROM (${sequences}))
    ) WHERE ${packing.beginsIn(key('piece'), query.range)} AND notEmpty(rows)`;
  }
  const timed = `SELECT *, ${key('rows')} AS sequence, ${packing.timesOf('sequence')} AS times, ${packing.marksOf('sequence')} AS marks FROM (${sequences})`;
  const stepsMade = funnelStepsSql(
    query,
    timed,
    excluded.map((sql) => sql !== undefined),
    isBySession ? undefined : query.range.to - query.range.from,
    bound,
  );
  return `SELECT *${value ? ', rows[i1].2 AS v' : ", '' AS v"} FROM (${stepsMade}) WHERE depth > 0`;
}

function countSql(query: FunnelQuery, stepsMade: string, bound: Bound): string {
  const stepNumbers = query.steps.map((_, i) => i + 1);
  const reached = stepNumbers.map((k) => `countIf(depth >= ${k}) AS n${k}`);
  const later = stepNumbers.slice(1);
  const states = later.map((k) => `${QUANTILES}State(0.5, 0.9)(toFloat64(t${k} - t${k - 1}), depth >= ${k}) AS q${k}`);
  const merged = [
    ...stepNumbers.map((k) => `sum(n${k}) AS r${k}`),
    ...later.map((k) => `${QUANTILES}Merge(0.5, 0.9)(q${k}) AS m${k}`),
  ].join(', ');
  const grouped = `SELECT v, ${[...reached, ...states].join(', ')} FROM (${stepsMade}) GROUP BY v`;
  if (!query.breakdown) return `SELECT 1 AS isTotal, '' AS val, 0 AS isOther, ${merged} FROM (${grouped})`;
  return `SELECT grouping(val) AS isTotal, val, isOther, ${merged} FROM (
      SELECT *, groupRank > ${bound.add('UInt64', query.limit)} AS isOther, if(isOther, '', v) AS val
      FROM (SELECT *, row_number() OVER (ORDER BY n1 DESC, v) AS groupRank FROM (${grouped}))
    ) GROUP BY GROUPING SETS ((val, isOther), ()) ORDER BY isTotal DESC, isOther, r1 DESC, val`;
}

function listSql({ list }: FunnelQuery, packing: EventSequences, stepsMade: string, bound: Bound): string {
  const { step, status, limit } = list!;
  const at = bound.add('UInt64', step);
  return `SELECT u, d, w, ${packing.utcMs(`t${step}`)} AS t FROM (${stepsMade}) WHERE depth ${status === 'reached' ? '>=' : '='} ${at}
    ORDER BY t DESC, u, d, w LIMIT ${bound.add('UInt64', limit)}`;
}

function countsOf(row: Row | undefined, steps: number): FunnelCounts {
  const stepNumbers = Array.from({ length: steps }, (_, i) => i + 1);
  const reached = stepNumbers.map((k) => Number(row?.[`r${k}`] ?? 0));
  const times = (which: 0 | 1): (number | null)[] =>
    stepNumbers.map((k) => {
      const values: unknown = row?.[`m${k}`];
      return k > 1 && reached[k - 1]! > 0 && Array.isArray(values) ? Number(values[which]) : null;
    });
  return { reached, medianMs: times(0), p90Ms: times(1) };
}

const valueOfRow = (row: Row): TypedValue | 'other' => (Number(row['isOther']) === 1 ? 'other' : String(row['val']));
