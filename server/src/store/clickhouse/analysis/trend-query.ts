import type { GroupKey, SeriesMeasure, TrendCell, TrendQuery, TrendResult } from '../../../model/analysis-query.ts';
import { DAY_MS } from '../../../model/duration.ts';
import type { Range } from '../../../model/query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, EXACT_BELOW, options, type Row } from '../sql.ts';
import { type BucketSql, bucketSql } from './sql/bucket-sql.ts';
import { bitsOf, eventSequences, isMarked, marksSql } from './sql/event-sequence-sql.ts';
import { areUsersExact } from './sql/exact-users.ts';
import { decodeKey, groupIndexSql, keySql } from './sql/group-key.ts';
import type { Identity } from './sql/identity.ts';
import { entitySql, isDistinct, isPercentile, measureSql, rankSql } from './sql/measure-sql.ts';
import { namelessSessionSequences } from './sql/node-sql.ts';
import { holdsManyValues } from './sql/percentiles.ts';
import { rollupPlan } from './sql/rollup-plan.ts';
import { NOBODY, nobodyParts, rollupParts } from './sql/rollup-sql.ts';
import { type Source, sourceOf } from './sql/scope-sql.ts';
import { sessionRows } from './sql/session-sql.ts';
import { IS_ACTIVE, IS_VIEW } from './sql/visits-sql.ts';

type Series = TrendQuery['series'][number];
type IdentityOf = (bound: Bound) => Identity;
interface TrendContext {
  readonly query: TrendQuery;
  readonly source: Source;
  readonly bucketing: BucketSql;
  readonly bound: Bound;
  readonly groups: readonly GroupKey[];
  /** Read only where the order of equal times matters. */
  readonly highestSeq: number | undefined;
  /** Whether percentiles are exact. */
  readonly isExact: boolean;
  /** Whether distinct users and values are. */
  readonly isDistinctExact: boolean;
}

/**
 * A part for each series: rows are grouped into states by group and bucket, and these are merged into buckets and totals, so that a total of
 * distinct users is no sum. With a breakdown the top groups are found first, so that *other* is computed from rows, not from sums.
 */
export async function trend(context: EngineContext, query: TrendQuery): Promise<TrendResult> {
  const { connection, identities, dayZones, hotColumnsOf, control } = context;
  const { app, range, timeZone, buckets = [] } = query;
  const [identityOf, isByDay] = await Promise.all([
    identities.of(app, control),
    dayZones.areStored(app, timeZone, [range.from, range.to, ...buckets], control),
  ]);
  const percentiles = query.series.filter(({ measure }) => isPercentile(measure)).map(({ filters }) => filters);
  // Running numbers are exact in any case.
  const isCounted = !query.cumulative && query.series.some(({ measure }) => isDistinct(measure));
  const isDistinctExact = isCounted ? await areUsersExact(context, query) : true;
  const [highestSeq, isMany, groups] = await Promise.all([
    query.series.some(({ measure }) => atEnd(measure) !== undefined) ? context.highestSeq.get() : undefined,
    query.exact ? false : holdsManyValues(context, query, percentiles),
    'keys' in query.groups ? query.groups.keys : topGroups(context, query, identityOf, isByDay),
  ]);
  const bound = new Bound(hotColumnsOf);
  const bucketing = bucketSql(timeZone, isByDay, bound);
  const source = sourceOf(query, identityOf(bound), bound, bucketing, readOf(query));
  const isExact = query.exact || !isMany;
  const trendContext = { query, source, bucketing, bound, groups, highestSeq, isExact, isDistinctExact };
  const plan = rollupPlan(query, source.identity.areJoined, isByDay, isDistinctExact);
  const rolled = new Set(plan.flatMap(({ series }) => [...series.values()]));
  const read = [
    ...nobodyParts(plan, query, source, bucketing),
    ...query.series.flatMap((series, i) => (rolled.has(i) ? [] : [seriesPart(series, i, trendContext)])),
  ];
  const rows = await connection.query<Row>(
    [...rollupParts(plan, query, bound), ...read].join(' UNION ALL '),
    bound.values,
    options(control, read.length === 0 || isSmall(query)),
  );
  const nobody = new Map(rows.flatMap((row) => (isOfNobody(row) ? [[cellKeyOf(row), Number(row['n'])] as const] : [])));
  const cells = rows.flatMap((row) =>
    isOfNobody(row) ? [] : [cellOf(row, nobody.get(cellKeyOf(row)) ?? 0, trendContext)],
  );
  return { cells, groups: byTotal(groups, cells, query) };
}

/**
 * Groups are ranked by sketches, which takes half the time of counting twice; what was counted then decides their order. Only which
 * group is the last of the top ones is up to the sketch.
 */
function byTotal(groups: readonly GroupKey[], cells: readonly TrendCell[], query: TrendQuery): readonly GroupKey[] {
  const measure = query.series[0]?.measure;
  if ('keys' in query.groups || measure === undefined || !isDistinct(measure) || measure.kind === 'perUser')
    return groups;
  const totals = new Map<TrendCell['group'], number>();
  for (const { series, group, bucket, value } of cells)
    if (series === 0 && bucket === undefined) totals.set(group, value ?? 0);
  return [...groups].sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0));
}

/** Sessions go on outside of the range. */
const readOf = ({ range, series }: TrendQuery): Range =>
  series.reduce((all, { measure }) => ('gapMs' in measure ? sessionRange(range, measure.gapMs) : all), range);

/** Events and users of up to two days are read in milliseconds. */
const SMALL_SPAN_MS = 2 * DAY_MS;

const isSmall = ({ range, breakdown, series, segment }: TrendQuery): boolean =>
  range.to - range.from <= SMALL_SPAN_MS &&
  breakdown.length === 0 &&
  segment === undefined &&
  series.length === 1 &&
  (series[0]!.measure.kind === 'count' || series[0]!.measure.kind === 'users');

/** What the rows of a series are read from: `g` is an expression. */
function rowsOf(
  { filters, measure }: Series,
  { query, source, bound }: Pick<TrendContext, 'query' | 'source' | 'bound'>,
) {
  const g = keySql(query.breakdown, bound);
  if ('gapMs' in measure) {
    const rows = sessionRows(
      { source, range: query.range, gapMs: measure.gapMs, wanted: filters, key: g, end: atEnd(measure) },
      bound,
    );
    return { from: `(${rows})`, where: '1', g: 'g' };
  }
  return { from: source.from, where: source.where(filters), g };
}

/** The top groups of the breakdown by the first series: by its measure where that grows with events, otherwise by events. */
async function topGroups(
  { connection, hotColumnsOf, control }: EngineContext,
  query: TrendQuery,
  identityOf: IdentityOf,
  isByDay: boolean,
): Promise<readonly GroupKey[]> {
  const [first] = query.series;
  if (query.breakdown.length === 0 || first === undefined || !('limit' in query.groups)) return [];
  const bound = new Bound(hotColumnsOf);
  const source = sourceOf(query, identityOf(bound), bound, bucketSql(query.timeZone, isByDay, bound), readOf(query));
  const { from, where, g } = rowsOf(first, { query, source, bound });
  const rows = await connection.query<Row>(
    `SELECT ${g} AS v, ${rankSql(first.measure, source.identity, bound)} AS r FROM ${from} WHERE ${where}
    GROUP BY v ORDER BY r DESC, v LIMIT ${bound.add('UInt64', query.groups.limit)}`,
    bound.values,
    options(control),
  );
  return rows.map((row) => decodeKey(String(row['v']), query.breakdown.length));
}

/** Which event of a session must be wanted: the first, the last, or any. */
const atEnd = ({ kind }: SeriesMeasure): 1 | -1 | undefined =>
  kind === 'entries' ? 1 : kind === 'exits' ? -1 : undefined;

/** A session counts once for each group that it has an event of, in the bucket in which it begins: buckets add up to the total. */
function sessionPart(
  { filters, measure }: Series,
  gapMs: number,
  index: number,
  { query, source, bound, groups, highestSeq }: TrendContext,
): string {
  const { buckets, range, breakdown } = query;
  const [wantedBit, sessionBit, viewBit, activeBit, groupBit] = [0, 1, 2, 3, 4];
  const end = atEnd(measure);
  // Which of several events of the same time is the first, only their order of arrival says.
  const order = end === undefined ? 'unused' : highestSeq;
  const packing = eventSequences(sessionRange(range, gapMs), groupBit + bitsOf(groups.length), order);
  const groupIndex = groupIndexSql(keySql(breakdown, bound), groups, bound, 'UInt32');
  const marks = `toUInt32(${filterSql({ and: filters }, bound)}) + ${marksSql([IS_VIEW, IS_ACTIVE], viewBit)} + toUInt32(${groupIndex}) * ${2 ** groupBit}`;
  const sequences = namelessSessionSequences({ source, range, gapMs, packing, marks, sessionBit, wantedBit }, bound);
  const judged = packing.marksOf(end === undefined ? 'sequence' : `[sequence[${end}]]`);
  const groupIndexes = `arrayDistinct(arrayMap(m -> bitShiftRight(m, ${groupBit}), arrayFilter(m -> ${isMarked(wantedBit, 'm')}, ${judged})))`;
  const starts = buckets && bound.add('Array(Int64)', buckets);
  const bucket = starts
    ? `roundDown(${packing.utcMs(`${packing.timesOf('[sequence[1]]')}[1]`)}, ${starts})`
    : 'toInt64(0)';
  const summed: Partial<Record<SeriesMeasure['kind'], string>> = {
    bounceRate: `arrayCount(x -> ${isMarked(activeBit, 'x')}, sequence) < 2`,
    sessionDuration: `${packing.timeOf('sequence[-1]')} - (${packing.timeOf('sequence[1]')})`,
    eventsPerSession: 'length(sequence)',
    viewsPerVisit: `arrayCount(x -> ${isMarked(viewBit, 'x')}, sequence)`,
  };
  const mean = summed[measure.kind];
  const cells = `SELECT toInt64(arrayJoin(${groupIndexes})) AS groupIndex, ${bucket} AS k, count() AS c, sum(${mean ?? '0'}) AS v FROM (${sequences}) GROUP BY groupIndex, k`;
  const value = mean === undefined ? 'sum(c)' : 'sum(v) / sum(c)';
  return `SELECT ${index} AS series, groupIndex, ${buckets ? 'k, grouping(k)' : 'toInt64(0) AS k, 1'} AS isTotal, toNullable(toFloat64(${value})) AS value, sum(c) AS n, 0 AS x
    FROM (${cells}) GROUP BY ${buckets ? 'GROUPING SETS ((groupIndex, k), (groupIndex))' : 'groupIndex'}`;
}

function seriesPart(series: Series, index: number, trendContext: TrendContext): string {
  const { query, source, bound, isExact, isDistinctExact } = trendContext;
  if ('gapMs' in series.measure) return sessionPart(series, series.measure.gapMs, index, trendContext);
  const { from, where, g } = rowsOf(series, trendContext);
  const cell = cellSql(series, g, trendContext);
  const sets = query.buckets ? 'GROUPING SETS ((groupIndex, k), (groupIndex))' : 'groupIndex';
  const head = `SELECT ${index} AS series, groupIndex, ${query.buckets ? 'k, grouping(k)' : 'toInt64(0) AS k, 1'} AS isTotal`;
  if (query.cumulative && isDistinct(series.measure)) {
    // Each is counted in the bucket where it is first seen, so that running sums are distinct and exact.
    const entity = entitySql(series.measure, source.identity, bound);
    return `${head}, toNullable(toFloat64(countIf(isNotNull(entity)))) AS value, sum(events) AS n, 0 AS x
      FROM (SELECT ${cell.groupIndex} AS groupIndex, entity, ${cell.bucket('min(cell)')} AS k, sum(c) AS events FROM (
        SELECT ${cell.of} AS cell, ${entity} AS entity, count() AS c FROM ${from} WHERE ${where} GROUP BY cell, entity
      ) GROUP BY groupIndex, entity) GROUP BY ${sets}`;
  }
  const measure = measureSql(
    series.measure,
    source.identity,
    bound,
    isPercentile(series.measure) ? isExact : isDistinctExact,
  );
  const counted = `count() AS c, ${measure.used} AS u, ${measure.skipped} AS y, ${measure.state} AS s FROM ${from} WHERE ${where}`;
  const events = series.measure.kind === 'perUser' ? 'sum(u)' : 'sum(c)';
  const tally = `toNullable(${measure.merged}) AS value, ${events} AS n, sum(y) AS x`;
  // A single cell needs no grouping, which would take longer than reading an hour.
  if (!query.buckets && query.breakdown.length === 0)
    return `SELECT ${index} AS series, toInt64(0) AS groupIndex, toInt64(0) AS k, 1 AS isTotal, ${tally} FROM (SELECT ${counted}) HAVING sum(c) > 0`;
  const states = `SELECT ${cell.groupIndex} AS groupIndex, ${cell.bucket('cell')} AS k, c, u, y, s FROM (SELECT ${cell.of} AS cell, ${counted} GROUP BY cell)`;
  // States that hold all values are large: each is read in place and copied once, into the total.
  if (query.buckets && isPercentile(series.measure) && isExact)
    return `SELECT ${index} AS series, groupIndex, cell.1 AS k, cell.2 AS isTotal, cell.3 AS value, cell.4 AS n, cell.5 AS x FROM (
      SELECT groupIndex, arrayJoin(arrayPushBack(groupArray((k, toUInt8(0), v, c, y)),
        (toInt64(0), toUInt8(1), toNullable(${measure.merged}), sum(c), sum(y)))) AS cell
      FROM (SELECT *, if(u = 0, NULL, toFloat64(finalizeAggregation(s))) AS v FROM (${states})) GROUP BY groupIndex)`;
  return `${head}, ${tally} FROM (${states}) GROUP BY ${sets}`;
}

interface CellSql {
  /** Of a row. */
  readonly of: string;
  /** Of the column `cell`. */
  readonly groupIndex: string;
  /** The start of the bucket of a cell; within a group cells are in the order of their buckets. */
  readonly bucket: (cell: string) => string;
}

/** Up to this number of cells the engine uses an array instead of a hash table. */
const CELLS_IN_ARRAY = 65_536;

/**
 * Group and bucket as one number: grouping by it takes two thirds of the time of grouping by two numbers of 64 bits. It has 32 bits where states
 * may grow large (sets of users), because the engine cannot spill an array to disk.
 */
function cellSql({ measure }: Series, g: string, { query, bucketing, bound, groups }: TrendContext): CellSql {
  const { buckets, range } = query;
  const count = buckets?.length ?? 1;
  const isSmall = (groups.length + 1) * count <= CELLS_IN_ARRAY && !isDistinct(measure);
  const type = isSmall ? 'UInt16' : 'UInt32';
  const groupIndex = groupIndexSql(g, groups, bound, type, count);
  if (!buckets) return { of: `to${type}(${groupIndex})`, groupIndex: 'toInt64(cell)', bucket: () => 'toInt64(0)' };
  return {
    of: `to${type}(${groupIndex} + ${bucketing.index(buckets, range.to)})`,
    groupIndex: `toInt64(intDiv(cell, ${count}))`,
    bucket: (cell) => `${bound.add('Array(Int64)', buckets)}[${cell} % ${count} + 1]`,
  };
}

const isOfNobody = (row: Row): boolean => Number(row['isTotal']) >= NOBODY;
/** The series, and the bucket or the total. */
const cellKeyOf = (row: Row): string => `${row['series']} ${row['k']} ${Number(row['isTotal']) % NOBODY}`;

function cellOf(row: Row, nobody: number, { query, groups, isExact, isDistinctExact }: TrendContext): TrendCell {
  const [index, groupIndex, count] = [Number(row['series']), Number(row['groupIndex']), Number(row['n']) - nobody];
  const given: unknown = row['value'];
  const { measure } = query.series[index]!;
  // An estimate is at most what is certain: no event has two users or two values.
  const value = given === null ? null : isDistinct(measure) ? Math.min(Number(given), count) : Number(given);
  // Sketches are exact below EXACT_BELOW, percentiles while all values are kept.
  const isEstimate = isPercentile(measure)
    ? !isExact
    : isDistinct(measure) && !isDistinctExact && (value ?? 0) >= EXACT_BELOW;
  const isRatio = measure.kind === 'perUser' && !query.cumulative;
  return {
    series: index,
    group: query.breakdown.length === 0 ? [] : groupIndex === 0 ? 'other' : groups[groupIndex - 1]!,
    bucket: Number(row['isTotal']) === 1 ? undefined : Number(row['k']),
    value: isRatio ? (value ? count / value : null) : value,
    count,
    skipped: Number(row['x']),
    ...(isEstimate && { estimated: true }),
  };
}
