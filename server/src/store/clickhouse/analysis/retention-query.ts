import type { RetentionCell, RetentionQuery } from '../../../model/analysis-query.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, options, type Row } from '../sql.ts';
import { bitmapNames, bitmapsSql, bitPositionsSql } from './sql/bitmap-sql.ts';
import { bucketSql } from './sql/bucket-sql.ts';
import { type EventSequences, eventSequences } from './sql/event-sequence-sql.ts';
import { sourceOf } from './sql/scope-sql.ts';
import { typedValue } from './sql/value-sql.ts';

/**
 * One pass: for each user the period of the first start event, and the periods of returns as bits. Users with the same cohort and bits are
 * then counted together, and only these few combinations are expanded into periods.
 */
export async function retention(
  { connection, identities, dayZones, highestSeq, hotColumnsOf, control }: EngineContext,
  query: RetentionQuery,
): Promise<RetentionCell[]> {
  const { app, range, timeZone, buckets, breakdown } = query;
  const [identityOf, isByDay] = await Promise.all([
    identities.of(app, control),
    dayZones.areStored(app, timeZone, [range.from, range.to, ...buckets], control),
  ]);
  const bound = new Bound(hotColumnsOf);
  const bucketing = bucketSql(timeZone, isByDay, bound);
  const source = sourceOf(query, identityOf(bound), bound, bucketing);
  const { person } = source.identity;
  const masks = bitmapNames(buckets.length);
  // The time of an event, and the order of arrival among equal times.
  const sequence = eventSequences(range, 0, await highestSeq.get());
  const period = bucketing.index(buckets);
  const isSame = JSON.stringify(query.start) === JSON.stringify(query.return);
  const users = isSame ? sameEvent(period, buckets.length) : otherEvent(query, period, sequence, bound);
  const [read, value] = breakdown
    ? [
        `${typedValue(breakdown, bound)} AS val, ${isSame ? `${sequence.packed('0')} AS k, ` : ''}`,
        'argMinIf(val, k, isStart)',
      ]
    : ['', "''"];
  const found = `SELECT ${read}${users.read}, ${person} AS p FROM ${source.from}
    WHERE ${source.where(isSame ? query.start : [{ or: [{ and: query.start }, { and: query.return }] }])} AND p != 0`;
  const perUser = `SELECT ${users.derived}, ${masks}, v FROM (SELECT ${users.gathered}, ${value} AS v FROM (${found}) GROUP BY p${users.having})`;
  const later = `arrayMap(x -> x - cohort, arrayFilter(x -> x > cohort OR (x = cohort AND isBackSoon), ${bitPositionsSql(buckets.length)}))`;
  // Unbounded: a user who returned after n periods counts for all before, so the last return is enough.
  const each = query.isUnbounded ? `arraySlice(${later}, -1)` : later;
  const cells = `SELECT v, cohort, arrayJoin(arrayPushFront(${each}, -1)) AS l, sum(c) AS n
    FROM (SELECT v, cohort, isBackSoon, ${masks}, count() AS c FROM (${perUser}) GROUP BY v, cohort, isBackSoon, ${masks}) GROUP BY v, cohort, l`;
  const rows = await connection.query<Row>(
    breakdown
      ? `SELECT if(groupRank > ${bound.add('UInt64', query.limit)}, '', v) AS val, groupRank > ${bound.add('UInt64', query.limit)} AS isOther,
          min(groupRank) AS o, cohort, l, sum(n) AS users
        FROM (SELECT *, dense_rank() OVER (ORDER BY r DESC, v) AS groupRank FROM (SELECT *, sumIf(n, l = -1) OVER (PARTITION BY v) AS r FROM (${cells})))
        GROUP BY val, isOther, cohort, l ORDER BY isOther, o, cohort, l`
      : `SELECT '' AS val, 0 AS isOther, cohort, l, n AS users FROM (${cells})`,
    bound.values,
    options(control),
  );
  return rows.map((row) => ({
    value: Number(row['isOther']) === 1 ? 'other' : String(row['val']),
    cohort: Number(row['cohort']),
    later: Number(row['l']),
    users: Number(row['users']),
  }));
}

/** How a row for each user who began is made, with `cohort`, `isBackSoon` (came back in that period) and the bits of all periods with returns. */
interface UserSql {
  /** Of an event. */
  readonly read: string;
  readonly gathered: string;
  readonly having: string;
  /** Of what was gathered. */
  readonly derived: string;
}

/**
 * Where the start event is the return: each event but the first one comes after it, so it takes two of them in the first period, and neither
 * times nor their order are read.
 */
function sameEvent(period: string, count: number): UserSql {
  return {
    read: `toUInt16(${period}) AS b, 1 AS isStart`,
    gathered: `groupArray(b) AS bs, ${bitmapsSql('b', count, 'isStart').join(', ')}`,
    having: '',
    derived: 'arrayMin(bs) AS cohort, countEqual(bs, cohort) > 1 AS isBackSoon',
  };
}

/** Any other return: of those in the first period it takes one after the start event. */
function otherEvent(
  { start, return: back, buckets, range }: RetentionQuery,
  period: string,
  sequence: EventSequences,
  bound: Bound,
): UserSql {
  const [isStart, isBack] = [start, back].map((filters) => filterSql({ and: filters }, bound));
  const ends = bound.add(
    'Array(Int64)',
    [...buckets.slice(1), range.to].map((end) => end - range.from),
  );
  return {
    read: `${period} AS b, ${sequence.packed('0')} AS k, ${isStart} AS isStart, ${isBack} AS isBack`,
    gathered: `minIf(b, isStart) AS cohort, minIf(k, isStart) AS firstStart, groupArrayIf(k, isBack) AS backs, ${bitmapsSql('b', buckets.length, 'isBack').join(', ')}`,
    having: ' HAVING max(isStart) = 1',
    derived: `cohort, arrayExists(x -> x > firstStart AND ${sequence.timeOf('x')} <= ${ends}[cohort + 1], backs) AS isBackSoon`,
  };
}
