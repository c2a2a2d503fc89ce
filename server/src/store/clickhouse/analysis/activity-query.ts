import type { LifecycleCell, LifecycleQuery, StickinessCell, StickinessQuery } from '../../../model/analysis-query.ts';
import type { EngineContext } from '../engine-context.ts';
import { Bound, options, type Row } from '../sql.ts';
import { bitmapNames, bitmapsSql, bitPositionsSql } from './sql/bitmap-sql.ts';
import { bucketSql } from './sql/bucket-sql.ts';
import { sourceOf } from './sql/scope-sql.ts';

/** The number of intervals of each period in which users were active: a bit per interval, counted. */
export async function stickiness(
  { connection, identities, dayZones, hotColumnsOf, control }: EngineContext,
  query: StickinessQuery,
): Promise<StickinessCell[]> {
  const { app, range, timeZone, buckets, periods } = query;
  const [identityOf, isByDay] = await Promise.all([
    identities.of(app, control),
    dayZones.areStored(app, timeZone, [range.from, range.to, ...buckets, ...periods], control),
  ]);
  const bound = new Bound(hotColumnsOf);
  const bucketing = bucketSql(timeZone, isByDay, bound);
  const source = sourceOf(query, identityOf(bound), bound, bucketing);
  const period = periods.length > 1 ? bucketing.index(periods) : 'toInt64(0)';
  const active = bitmapNames(buckets.length)
    .split(', ')
    .map((mask) => `bitCount(${mask})`)
    .join(' + ');
  const rows = await connection.query<Row>(
    `SELECT period, a, count() AS users FROM (
      SELECT period, p, ${bitmapsSql('b', buckets.length, '1').join(', ')}, ${active} AS a
      FROM (SELECT ${source.identity.person} AS p, ${bucketing.index(buckets)} AS b, ${period} AS period FROM ${source.from}
        WHERE ${source.where(query.eventFilters)} AND p != 0)
      GROUP BY period, p
    ) GROUP BY period, a ORDER BY period, a`,
    bound.values,
    options(control),
  );
  return rows.map((row) => ({ period: Number(row['period']), active: Number(row['a']), users: Number(row['users']) }));
}

const STATUSES = ['new', 'returning', 'resurrecting', 'dormant'] as const;

/**
 * Bit 0: active at any time before the interval that precedes the range; bit 1: in that interval; bit 2…: in the intervals of the range.
 * Users with the same bits are counted first and expanded into statuses together.
 */
export async function lifecycle(
  { connection, identities, dayZones, hotColumnsOf, control }: EngineContext,
  query: LifecycleQuery,
): Promise<LifecycleCell[]> {
  const { app, range, timeZone, buckets, previous } = query;
  const [identityOf, isByDay] = await Promise.all([
    identities.of(app, control),
    dayZones.areStored(app, timeZone, [range.to, previous, ...buckets], control),
  ]);
  const bound = new Bound(hotColumnsOf);
  // Everything before the range counts, so only the end of the range is a bound.
  const unbounded = { from: 0, to: range.to };
  const bucketing = bucketSql(timeZone, isByDay, bound);
  const source = sourceOf({ ...query, range: unbounded }, identityOf(bound), bound, bucketing);
  const starts = [previous, ...buckets];
  const interval = `if(${before(previous, bound)}, 0, ${bucketing.index(starts)} + 1)`;
  const count = buckets.length + 2;
  const masks = bitmapNames(count);
  const last = count - 1;
  const statuses = `arrayConcat(
      arrayFilter(s -> s.1 >= 2, arrayMap((x, b, i) -> (x, multiIf(i = 1, 0, x - b = 1, 1, 2)), at, arrayPushFront(arrayPopBack(at), -9), arrayEnumerate(at))),
      arrayFilter(s -> s.1 >= 2 AND s.1 <= ${last}, arrayMap((x, n) -> if(n = x + 1 OR x = 0, (toInt64(0), 3), (x + 1, 3)), at, arrayPushBack(arrayPopFront(at), -9))))`;
  const rows = await connection.query<Row>(
    `SELECT s.1 - 2 AS intervalIndex, s.2 AS status, sum(c) AS users FROM (
      SELECT ${bitPositionsSql(count)} AS at, arrayJoin(${statuses}) AS s, c FROM (
        SELECT ${masks}, count() AS c FROM (
          SELECT p, ${bitmapsSql('b', count, '1').join(', ')} FROM (SELECT ${source.identity.person} AS p, ${interval} AS b FROM ${source.from}
            WHERE ${source.where(query.eventFilters)} AND p != 0)
          GROUP BY p
        ) GROUP BY ${masks}
      )
    ) GROUP BY intervalIndex, status ORDER BY intervalIndex, status`,
    bound.values,
    options(control),
  );
  return rows.map((row) => ({
    place: Number(row['intervalIndex']),
    status: STATUSES[Number(row['status'])]!,
    users: Number(row['users']),
  }));
}

const before = (ms: number, bound: Bound): string => `timestamp < ${bound.time(ms)}`;
