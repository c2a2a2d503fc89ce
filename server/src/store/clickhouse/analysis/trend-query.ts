import type { GroupKey, TrendCell, TrendQuery, TrendResult } from '../../../model/analysis-query.ts';
import { sessionRange } from '../../../model/session.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, EXACT_BELOW, options, type Row } from '../sql.ts';
import { type BucketSql, bucketSql } from './sql/bucket-sql.ts';
import { bitsOf, eventSequences, isMarked } from './sql/event-sequence-sql.ts';
import { decodeKey, keySql, placeSql } from './sql/group-key.ts';
import type { Identity } from './sql/identity.ts';
import { entitySql, isDistinct, isPercentile, measureSql, rankSql } from './sql/measure-sql.ts';
import { namelessSessionSequences } from './sql/node-sql.ts';
import { holdsManyValues } from './sql/percentiles.ts';
import { NOBODY, rollupParts } from './sql/rollup-sql.ts';
import { type Source, sourceOf } from './sql/scope-sql.ts';
import { sessionRows } from './sql/session-sql.ts';

type Series = TrendQuery['series'][number];
type IdentityOf = (bound: Bound) => Identity;
interface Asked {
  readonly query: TrendQuery;
  readonly source: Source;
  readonly cut: BucketSql;
  readonly bound: Bound;
  readonly groups: readonly GroupKey[];
  readonly isExact: boolean;
}

/**
 * A part for each series: rows are grouped into states by value and bucket, and these merged into buckets and totals, so that a
 * total is distinct and no sum. With a breakdown the greatest values are found first: *other* then comes from rows, not from sums.
 */
export async function trend(context: EngineContext, query: TrendQuery): Promise<TrendResult> {
  const { connection, identities, dayZones, control } = context;
  const [identityOf, isOwnZone] = await Promise.all([
    identities.of(query.app, control),
    dayZones.isOnly(query.app, query.timeZone, control),
  ]);
  const percentiles = query.series.filter(({ measure }) => isPercentile(measure)).map(({ filters }) => filters);
  const [isMany, groups] = await Promise.all([
    query.exact ? false : holdsManyValues(context, query, percentiles),
    'keys' in query.groups ? query.groups.keys : greatest(context, query, identityOf, isOwnZone),
  ]);
  const bound = new Bound();
  const cut = cutOf(query, isOwnZone, bound);
  const source = sourceOf(query, identityOf(bound), bound, cut);
  const asked = { query, source, cut, bound, groups, isExact: query.exact || !isMany };
  const rolled = rollupParts(query, source, cut, isOwnZone, bound);
  const read = query.series.flatMap((series, i) => (rolled.series.has(i) ? [] : [seriesPart(series, i, asked)]));
  const rows = await connection.query<Row>(
    [...rolled.parts, ...rolled.nobody, ...read].join(' UNION ALL '),
    bound.values,
    options(control, read.length + rolled.nobody.length === 0),
  );
  const nobody = new Map(rows.flatMap((row) => (isOfNobody(row) ? [[placeOf(row), Number(row['n'])] as const] : [])));
  const cells = rows.flatMap((row) => (isOfNobody(row) ? [] : [cellOf(row, nobody.get(placeOf(row)) ?? 0, asked)]));
  return { cells, groups, exact: query.series.every((_, i) => isExactly(cells, i, asked)) };
}

const cutOf = ({ timeZone, range, buckets = [] }: TrendQuery, isOwnZone: boolean, bound: Bound): BucketSql =>
  bucketSql(timeZone, [range.from, range.to, ...buckets], isOwnZone, bound);

/** What the rows of a series are read from: `g` and `at` are expressions. */
function rowsOf({ filters, measure }: Series, { query, source, bound }: Pick<Asked, 'query' | 'source' | 'bound'>) {
  const g = keySql(query.breakdown, bound);
  if (measure.kind === 'sessions')
    return { from: `(${sessionRows(source, query.range, filters, g, measure.gapMs, bound)})`, where: '1', g: 'g' };
  return { from: source.from, where: source.where(filters), g };
}

/** The values of the breakdown with the most of the first series: of its measure where that grows with events, else of events. */
async function greatest(
  { connection, control }: EngineContext,
  query: TrendQuery,
  identityOf: IdentityOf,
  isOwnZone: boolean,
): Promise<readonly GroupKey[]> {
  const [first] = query.series;
  if (query.breakdown.length === 0 || first === undefined || !('limit' in query.groups)) return [];
  const bound = new Bound();
  const source = sourceOf(query, identityOf(bound), bound, cutOf(query, isOwnZone, bound));
  const { from, where, g } = rowsOf(first, { query, source, bound });
  const rows = await connection.query<Row>(
    `SELECT ${g} AS v, ${rankSql(first.measure, source.identity, bound)} AS r FROM ${from} WHERE ${where}
    GROUP BY v ORDER BY r DESC, v LIMIT ${bound.add('UInt64', query.groups.limit)}`,
    bound.values,
    options(control),
  );
  return rows.map((row) => decodeKey(String(row['v']), query.breakdown.length));
}

/** A session counts once for each group that it has an event of, in the bucket in which it begins: buckets add up to the total. */
function sessionPart({ filters }: Series, gapMs: number, index: number, asked: Asked): string {
  const { query, source, bound, groups } = asked;
  const { buckets, range, breakdown } = query;
  const [wantedBit, sessionBit, placeBit] = [0, 1, 2];
  const packing = eventSequences(sessionRange(range, gapMs), placeBit + bitsOf(groups.length), 'unused');
  const place = placeSql(keySql(breakdown, bound), groups, bound, 'UInt32');
  const marks = `toUInt32(${filterSql({ and: filters }, bound)}) + toUInt32(${place}) * ${2 ** placeBit}`;
  const sequences = namelessSessionSequences(source, range, packing, marks, sessionBit, gapMs, bound, wantedBit);
  const places = `arrayDistinct(arrayMap(m -> bitShiftRight(m, ${placeBit}), arrayFilter(m -> ${isMarked(wantedBit, 'm')}, ${packing.marksOf('trail')})))`;
  const starts = buckets && bound.add('Array(Int64)', buckets);
  const bucket = starts
    ? `roundDown(${packing.utcMs(`${packing.timesOf('[trail[1]]')}[1]`)}, ${starts})`
    : 'toInt64(0)';
  const cells = `SELECT toInt64(arrayJoin(${places})) AS place, ${bucket} AS k, count() AS c FROM (${sequences}) GROUP BY place, k`;
  return `SELECT ${index} AS series, place, ${buckets ? 'k, grouping(k)' : 'toInt64(0) AS k, 1'} AS isTotal, toNullable(toFloat64(sum(c))) AS value, sum(c) AS n, 0 AS x
    FROM (${cells}) GROUP BY ${buckets ? 'GROUPING SETS ((place, k), (place))' : 'place'}`;
}

function seriesPart(series: Series, index: number, asked: Asked): string {
  const { query, source, bound, isExact } = asked;
  if (series.measure.kind === 'sessions') return sessionPart(series, series.measure.gapMs, index, asked);
  const { from, where, g } = rowsOf(series, asked);
  const cell = cellSql(series, g, asked);
  const sets = query.buckets ? 'GROUPING SETS ((place, k), (place))' : 'GROUPING SETS ((place))';
  const head = `SELECT ${index} AS series, place, ${query.buckets ? 'k, grouping(k)' : 'toInt64(0) AS k, 1'} AS isTotal`;
  if (query.cumulative && isDistinct(series.measure)) {
    // Each counts in the bucket it is first seen in: running sums are then distinct, and exact.
    const entity = entitySql(series.measure, source.identity, bound);
    return `${head}, toNullable(toFloat64(countIf(isNotNull(entity)))) AS value, sum(events) AS n, 0 AS x
      FROM (SELECT ${cell.place} AS place, entity, ${cell.bucket('min(cell)')} AS k, sum(c) AS events FROM (
        SELECT ${cell.of} AS cell, ${entity} AS entity, count() AS c FROM ${from} WHERE ${where} GROUP BY cell, entity
      ) GROUP BY place, entity) GROUP BY ${sets}`;
  }
  const measure = measureSql(
    series.measure,
    source.identity,
    bound,
    isPercentile(series.measure) ? isExact : query.exact,
  );
  const states = `SELECT ${cell.place} AS place, ${cell.bucket('cell')} AS k, c, u, y, s FROM (
      SELECT ${cell.of} AS cell, count() AS c, ${measure.used} AS u, ${measure.skipped} AS y, ${measure.state} AS s
      FROM ${from} WHERE ${where} GROUP BY cell)`;
  // States of all values are large: that of a bucket is read as it is, and copied once, into the total.
  if (query.buckets && isPercentile(series.measure) && isExact)
    return `SELECT ${index} AS series, place, cell.1 AS k, cell.2 AS isTotal, cell.3 AS value, cell.4 AS n, cell.5 AS x FROM (
      SELECT place, arrayJoin(arrayPushBack(groupArray((k, toUInt8(0), v, c, y)),
        (toInt64(0), toUInt8(1), toNullable(${measure.merged}), sum(c), sum(y)))) AS cell
      FROM (SELECT *, if(u = 0, NULL, toFloat64(finalizeAggregation(s))) AS v FROM (${states})) GROUP BY place)`;
  const events = series.measure.kind === 'perUser' ? 'sum(u)' : 'sum(c)';
  return `${head}, toNullable(${measure.merged}) AS value, ${events} AS n, sum(y) AS x FROM (${states}) GROUP BY ${sets}`;
}

interface CellSql {
  /** Of a row. */
  readonly of: string;
  /** Of the column `cell`. */
  readonly place: string;
  /** The start of the bucket of a cell; within a place cells are in the order of their buckets. */
  readonly bucket: (cell: string) => string;
}

/** So many cells are an array for the engine, and no hash table. */
const CELLS_IN_ARRAY = 65_536;

/**
 * Value and bucket as one number: a group by it takes two thirds of the time that one by two of 64 bits does. Of 32 bits where states
 * may grow large, sets of users: the engine cannot take an array to the disk.
 */
function cellSql({ measure }: Series, g: string, { query, cut, bound, groups }: Asked): CellSql {
  const { buckets, range } = query;
  const count = buckets?.length ?? 1;
  const isSmall = (groups.length + 1) * count <= CELLS_IN_ARRAY && !isDistinct(measure);
  const type = isSmall ? 'UInt16' : 'UInt32';
  const place = placeSql(g, groups, bound, type, count);
  if (!buckets) return { of: `to${type}(${place})`, place: 'toInt64(cell)', bucket: () => 'toInt64(0)' };
  return {
    of: `to${type}(${place} + ${cut.place(buckets, range.to)})`,
    place: `toInt64(intDiv(cell, ${count}))`,
    bucket: (cell) => `${bound.add('Array(Int64)', buckets)}[${cell} % ${count} + 1]`,
  };
}

const isOfNobody = (row: Row): boolean => Number(row['isTotal']) >= NOBODY;
/** Of which series, and which bucket or the whole. */
const placeOf = (row: Row): string => `${row['series']} ${row['k']} ${Number(row['isTotal']) % NOBODY}`;

function cellOf(row: Row, nobody: number, { query, groups }: Asked): TrendCell {
  const [index, place, count] = [Number(row['series']), Number(row['place']), Number(row['n']) - nobody];
  const given: unknown = row['value'];
  const value = given === null ? null : Number(given);
  const isRatio = query.series[index]!.measure.kind === 'perUser' && !query.cumulative;
  return {
    series: index,
    group: query.breakdown.length === 0 ? [] : place === 0 ? 'other' : groups[place - 1]!,
    bucket: Number(row['isTotal']) === 1 ? undefined : Number(row['k']),
    value: isRatio ? (value ? count / value : null) : value,
    count,
    skipped: Number(row['x']),
  };
}

/** Sketches are exact for so many; percentiles while all values are kept. */
function isExactly(cells: readonly TrendCell[], index: number, { query, isExact }: Asked): boolean {
  const { measure } = query.series[index]!;
  if (isPercentile(measure)) return isExact;
  if (!isDistinct(measure) || query.exact || query.cumulative) return true;
  const distinct = ({ value, count }: TrendCell): number =>
    measure.kind === 'perUser' ? (value ? count / value : 0) : (value ?? 0);
  return cells.every((cell) => cell.series !== index || distinct(cell) < EXACT_BELOW);
}
