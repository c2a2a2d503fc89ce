import type { LifecycleCell, LifecycleQuery, StickinessCell, StickinessQuery } from '../../../model/analysis-query.ts';
import type { EngineContext } from '../engine-context.ts';
import { Bound, options, type Row } from '../sql.ts';
import { bitmapNames, bitmapsSql, bitPositionsSql } from './sql/bitmap-sql.ts';
import { bucketSql } from './sql/bucket-sql.ts';
import { sourceOf } from './sql/scope-sql.ts';

/** In how many intervals of each period users were active: the intervals are bits, counted. */
export async function stickiness(
  { connection, identities, dayZones, control }: EngineContext,
  query: StickinessQuery,
): Promise<StickinessCell[]> {
  const { app, range, timeZone, buckets, periods } = query;
  const [identityOf, isOwnZone] = await Promise.all([
    identities.of(app, control),
    dayZones.isOnly(app, timeZone, control),
  ]);
  const bound = new Bound();
  const cut = bucketSql(timeZone, [range.from, range.to, ...buckets, ...periods], isOwnZone, bound);
  const source = sourceOf(query, identityOf(bound), bound, cut);
  const period = periods.length > 1 ? cut.place(periods) : 'toInt64(0)';
  const active = bitmapNames(buckets.length)
    .split(', ')
    .map((mask) => `bitCount(${mask})`)
    .join(' + ');
  const rows = await connection.query<Row>(
    `SELECT period, a, count() AS users FROM (
      SELECT period, p, ${bitmapsSql('b', buckets.length, '1').join(', ')}, ${active} AS a
      FROM (SELECT ${source.identity.person} AS p, ${cut.place(buckets)} AS b, ${period} AS period FROM ${source.from}
        WHERE ${source.where(query.choice)} AND p != 0)
      GROUP BY period, p
    ) GROUP BY period, a ORDER BY period, a`,
    bound.values,
    options(control),
  );
  return rows.map((row) => ({ period: Number(row['period']), active: Number(row['a']), users: Number(row['users']) }));
}

const STATUSES = ['new', 'returning', 'resurrecting', 'dormant'] as const;

/**
 * Bit 0: active at any time before the interval that precedes the range; bit 1: in that one; bit 2…: in the intervals of the range. Users of
 * the same bits are taken apart together.
 */
export async function lifecycle(
  { connection, identities, dayZones, control }: EngineContext,
  query: LifecycleQuery,
): Promise<LifecycleCell[]> {
  const { app, range, timeZone, buckets, previous } = query;
  const [identityOf, isOwnZone] = await Promise.all([
    identities.of(app, control),
    dayZones.isOnly(app, timeZone, control),
  ]);
  const bound = new Bound();
  // What was before the range is as far back as there is; the end alone is cut, by its day where it begins one.
  const whole = { from: 0, to: range.to };
  const cut = bucketSql(timeZone, [range.to, previous, ...buckets], isOwnZone, bound);
  const source = sourceOf({ ...query, range: whole }, identityOf(bound), bound, cut);
  const starts = [previous, ...buckets];
  const place = `if(${before(previous, bound)}, 0, ${cut.place(starts)} + 1)`;
  const count = buckets.length + 2;
  const masks = bitmapNames(count);
  const last = count - 1;
  const statuses = `arrayConcat(
      arrayFilter(s -> s.1 >= 2, arrayMap((x, b, i) -> (x, multiIf(i = 1, 0, x - b = 1, 1, 2)), at, arrayPushFront(arrayPopBack(at), -9), arrayEnumerate(at))),
      arrayFilter(s -> s.1 >= 2 AND s.1 <= ${last}, arrayMap((x, n) -> if(n = x + 1 OR x = 0, (toInt64(0), 3), (x + 1, 3)), at, arrayPushBack(arrayPopFront(at), -9))))`;
  const rows = await connection.query<Row>(
    `SELECT s.1 - 2 AS place, s.2 AS status, sum(c) AS users FROM (
      SELECT ${bitPositionsSql(count)} AS at, arrayJoin(${statuses}) AS s, c FROM (
        SELECT ${masks}, count() AS c FROM (
          SELECT p, ${bitmapsSql('b', count, '1').join(', ')} FROM (SELECT ${source.identity.person} AS p, ${place} AS b FROM ${source.from}
            WHERE ${source.where(query.choice)} AND p != 0)
          GROUP BY p
        ) GROUP BY ${masks}
      )
    ) GROUP BY place, status ORDER BY place, status`,
    bound.values,
    options(control),
  );
  return rows.map((row) => ({
    place: Number(row['place']),
    status: STATUSES[Number(row['status'])]!,
    users: Number(row['users']),
  }));
}

const before = (ms: number, bound: Bound): string => `timestamp < ${bound.time(ms)}`;
