import type { RetentionCell, RetentionQuery } from '../../../model/analysis-query.ts';
import type { QueryControl } from '../../../model/query.ts';
import type { Connection } from '../connection.ts';
import { filterSql } from '../filter-sql.ts';
import type { HighestSeq } from '../highest-seq.ts';
import type { DayZones } from '../queries/counts-query.ts';
import { Bound, options, type Row } from '../sql.ts';
import { maskNames, masksSql, placesSql } from './sql/bitmap-sql.ts';
import { cutSql } from './sql/bucket-sql.ts';
import type { Identities } from './sql/identity.ts';
import { sourceOf } from './sql/scope-sql.ts';
import { trailsOf } from './sql/trail-sql.ts';
import { typedValue } from './sql/value-sql.ts';

/**
 * One pass: of each user and period the first start event and the last return event, then of each user the period of the first start and the periods of
 * returns as bits. In the user's own period a return counts when it comes after the start. Users of the same cohort and
 * bits are then counted together, and only these few are taken apart into periods.
 */
export async function retention(
  connection: Connection,
  identities: Identities,
  zones: DayZones,
  highest: HighestSeq,
  query: RetentionQuery,
  control: QueryControl,
): Promise<RetentionCell[]> {
  const { app, range, timeZone, buckets, breakdown } = query;
  const [peopleOf, isOwnZone] = await Promise.all([identities.of(app, control), zones.isOnly(app, timeZone, control)]);
  const bound = new Bound();
  const cut = cutSql(timeZone, [range.from, range.to, ...buckets], isOwnZone, bound);
  const source = sourceOf(query, peopleOf(bound), bound, cut);
  const { person } = source.people;
  const [start, back] = [query.start, query.return].map((filters) => filterSql({ and: filters }, bound));
  const masks = maskNames(buckets.length);
  // When an event came, and among those of the same time in which order.
  const key = trailsOf(range, 0, await highest.get()).packed('0');
  // The value of the event that makes the cohort.
  const [val, first, value] = breakdown
    ? [
        `, ${typedValue(breakdown, bound)} AS val`,
        ', argMinIf(val, k, isStart) AS firstVal',
        'argMinIf(firstVal, b, isIn)',
      ]
    : ['', '', "''"];
  const periods = `SELECT p, b, max(isStart) AS isIn, max(isBack) AS isOut, maxIf(k, isBack) > minIf(k, isStart) AS isAfter${first}
    FROM (SELECT ${person} AS p, ${cut.place(buckets)} AS b, ${key} AS k, ${start} AS isStart, ${back} AS isBack${val}
      FROM ${source.from} WHERE ${source.where([{ or: [{ and: query.start }, { and: query.return }] }])} AND p != 0)
    GROUP BY p, b`;
  const people = `SELECT minIf(b, isIn) AS cohort, argMinIf(isOut AND isAfter, b, isIn) AS isBackSoon, ${masksSql('b', buckets.length, 'isOut').join(', ')}, ${value} AS v
    FROM (${periods}) GROUP BY p HAVING max(isIn) = 1`;
  const later = `arrayMap(x -> x - cohort, arrayFilter(x -> x > cohort OR (x = cohort AND isBackSoon), ${placesSql(buckets.length)}))`;
  // Whoever came back after n periods has come back after fewer, or later: the last time says it all.
  const each = query.isUnbounded ? `arraySlice(${later}, -1)` : later;
  const cells = `SELECT v, cohort, arrayJoin(arrayPushFront(${each}, -1)) AS l, sum(c) AS n
    FROM (SELECT v, cohort, isBackSoon, ${masks}, count() AS c FROM (${people}) GROUP BY v, cohort, isBackSoon, ${masks}) GROUP BY v, cohort, l`;
  const rows = await connection.query<Row>(
    breakdown
      ? `SELECT if(place > ${bound.add('UInt64', query.limit)}, '', v) AS val, place > ${bound.add('UInt64', query.limit)} AS isOther,
          min(place) AS o, cohort, l, sum(n) AS users
        FROM (SELECT *, dense_rank() OVER (ORDER BY r DESC, v) AS place FROM (SELECT *, sumIf(n, l = -1) OVER (PARTITION BY v) AS r FROM (${cells})))
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
