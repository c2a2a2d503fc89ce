import type { Range } from '../../../../model/query.ts';
import { SESSION_GAP_MS, SESSION_REACH_MS, sessionRange } from '../../../../model/session.ts';
import { type VisitFieldName, visitFieldsIn } from '../../../../model/visit-fields.ts';
import type { WebQuery } from '../../../../model/web-query.ts';
import { filterSql } from '../../filter-sql.ts';
import { type Bound, EVENTS } from '../../sql.ts';
import { bucketIndexSql } from './bucket-sql.ts';
import { type EventSequences, eventSequences, isMarked, marksSql } from './event-sequence-sql.ts';
import type { Identity } from './identity.ts';
import { type Source, sourceOf } from './scope-sql.ts';
import { fieldColumns, isOfOrigin, originColumns, propertiesOf } from './visit-fields-sql.ts';
import { IS_ACTIVE, IS_OF_VISIT, IS_VIEW } from './visits-sql.ts';

const MS = 'toUnixTimestamp64Milli(timestamp)';
/** Events with the same are in the same visits: one number is grouped by in half the time of two. @param person an expression */
const keySql = (person: string): string => `if(empty(session), ${person}, cityHash64(session, ${person}))`;

/** What the events of a visit are marked with, by their bits. */
const [VIEW, ACTIVE, INSIDE, PATH, WANTED, GOAL] = [0, 1, 2, 3, 4, 5] as const;
const MARK_BITS = 6;
const NAMED_GAP_MS = Math.max(SESSION_REACH_MS, SESSION_GAP_MS);
/** Of a property of the first event. */
const rawColumn = (index: number): string => `raw_${index}`;

/**
 * The visits of a question, sorted and split once, as numbers alone. What their first events say is looked up afterwards by time and sequence number:
 * with the texts in the arrays, as in visits-sql.ts, this takes four times as long.
 */
export class WebVisits {
  readonly source: Source;
  readonly #query: WebQuery;
  readonly #bound: Bound;
  readonly #read: Range;
  readonly #packing: EventSequences;
  /** Events that belong to the visit they fall into, if the question is about such. */
  readonly #fallen: string | undefined;

  constructor(query: WebQuery, identity: Identity, highestSeq: number | undefined, bound: Bound) {
    const { app, range, timeZone, segment, exact, filters, goal } = query;
    this.#query = query;
    this.#bound = bound;
    this.#read = sessionRange(range, SESSION_GAP_MS);
    this.#packing = eventSequences(this.#read, MARK_BITS, highestSeq);
    this.source = sourceOf(
      { app, range, timeZone, segment, exact, filters: [] },
      identity,
      bound,
      undefined,
      this.#read,
    );
    const others = [...(filters.length > 0 ? [{ and: filters }] : []), ...(goal ? [{ and: goal }] : [])];
    this.#fallen =
      others.length === 0
        ? undefined
        : `(NOT ${IS_OF_VISIT} AND ${this.source.identity.person} != 0 AND ${filterSql({ or: others }, bound)})`;
  }

  /** The columns of a property that `facts` and `intervals` have for these fields. */
  rawOf(fields: Iterable<VisitFieldName>): (property: string) => string {
    const properties = this.#properties(new Set(fields));
    return (property) => rawColumn(properties.indexOf(property));
  }

  /**
   * A row for each visit and interval that it has events in, and one for each event that falls into a visit: `p` (who), `b` (the index of the interval),
   * `seen` (1 for visits), `begins` (once for each visit that begins in the range), `views` and `conversions` (in the interval), `viewed`,
   * `bounced`, `took` (of the visit), and of its first event the columns of the fields, or of what origins are made of.
   */
  facts(fields: ReadonlySet<VisitFieldName>): string {
    const { buckets, range } = this.#query;
    const { timeOf, utcMs } = this.#packing;
    const inside = `arrayFilter(x -> ${isMarked(INSIDE, 'x')}, visit)`;
    const isView = (one: string): string => `${this.#isWantedView(one)}`;
    const isGoal = (one: string): string => isMarked(GOAL, one);
    const cells = buckets
      ? `arrayMap(i -> (i, arrayCount((x, j) -> j = i AND ${isView('x')}, inside, at), arrayCount((x, j) -> j = i AND ${isGoal('x')}, inside, at)), arrayDistinct(at))`
      : `if(empty(inside), [], [(toInt64(0), arrayCount(x -> ${isView('x')}, inside), arrayCount(x -> ${isGoal('x')}, inside))])`;
    const index = buckets ? bucketIndexSql(utcMs(timeOf('x')), buckets, range.to, 'Int64', this.#bound) : '0';
    const isBegun = `seen AND since >= ${range.from} AND since < ${range.to}`;
    const visits = `SELECT p, m, lastPath, isOf AS seen, since, ${inside} AS inside, arrayMap(x -> toInt64(${index}), inside) AS at, ${cells} AS cells,
      arrayCount(x -> ${isMarked(VIEW, 'x')}, visit) AS viewed, arrayCount(x -> ${isMarked(ACTIVE, 'x')}, visit) < 2 AS bounced, last - since AS took
      FROM (${this.#visits(fields)}) WHERE wanted`;
    const facts = `SELECT p, m, lastPath, cell.1 AS b, toUInt8(seen) AS seen, toUInt8(${isBegun} AND nth = 1) AS begins, cell.2 AS views, cell.3 AS conversions, viewed, bounced, took
      FROM (${visits}) ARRAY JOIN cells AS cell, arrayEnumerate(cells) AS nth`;
    return this.#withFields(facts, fields, 'WHERE');
  }

  /** A row for each visit: `p`, `own` (the key of its events), `since`, `last`, `isChosen` by the filters, and `isConverted`. */
  intervals(): string {
    const visits = `SELECT p, own, m, lastPath, since, last, wanted, converted FROM (${this.#visits(new Set())}) WHERE isOf`;
    return `SELECT p, own, since, last, wanted AND isOfFilter AS isChosen, converted > 0 AS isConverted FROM (${this.#withFields(visits, new Set(), 'AS isOfFilter')})`;
  }

  #isWantedView(one: string): string {
    const { filters } = this.#query;
    return filters.length > 0 ? `${isMarked(VIEW, one)} AND ${isMarked(WANTED, one)}` : isMarked(VIEW, one);
  }

  /** `p`, `own`, `isOf` (a visit, not an event that falls into one), `visit` (its events), `since`, `last`, `m`, `lastPath`, `wanted`, `converted`. */
  #visits(fields: ReadonlySet<VisitFieldName>): string {
    const bound = this.#bound;
    const { filters, goal, range } = this.#query;
    const { packed, timeOf, utcMs, momentOf } = this.#packing;
    const { person } = this.source.identity;
    const marks = marksSql([
      IS_VIEW,
      IS_ACTIVE,
      `timestamp >= ${bound.time(range.from)} AND timestamp < ${bound.time(range.to)}`,
      this.#needed(fields).has('exitPage') ? `notEmpty(${bound.property('path').texts})` : '0',
      filters.length > 0 ? filterSql({ and: filters }, bound) : '0',
      goal ? filterSql({ and: goal }, bound) : '0',
    ]);
    const isOf = `(${IS_OF_VISIT} AND (notEmpty(session) OR ${person} != 0))`;
    // What falls into visits is not among their own events.
    const key = this.#fallen ? `if(${isOf}, ${keySql(person)}, cityHash64(${person}, 'fallen'))` : keySql(person);
    const rows = `SELECT ${key} AS own, any(${person}) AS p, any(notEmpty(session)) AS isNamed, ${this.#fallen ? `any(toUInt8(${isOf}))` : '1'} AS isOf, arraySort(groupArray(${packed(marks)})) AS rows
      FROM ${this.source.from} WHERE ${this.source.where([], this.#read)} AND ${this.#fallen ? `(${isOf} OR ${this.#fallen})` : isOf} GROUP BY own`;
    const split = this.#packing.splitAtGaps('rows', `if(isNamed, ${NAMED_GAP_MS}, ${SESSION_GAP_MS})`);
    const parts = this.#fallen ? `if(isOf, ${split}, arrayMap(x -> [x], rows))` : split;
    const lastPath = `arrayLast(x -> ${isMarked(PATH, 'x')}, visit)`;
    const isWanted = `arrayExists(x -> ${isMarked(WANTED, 'x')} AND ${isMarked(INSIDE, 'x')}, visit)`;
    const converted = `arrayCount(x -> ${isMarked(GOAL, 'x')} AND ${isMarked(INSIDE, 'x')}, visit)`;
    const visits = `SELECT p, own, isOf, visit, ${utcMs(`(${timeOf('visit[1]')})`)} AS since, ${utcMs(`(${timeOf('visit[-1]')})`)} AS last, ${momentOf('visit[1]')} AS m,
      ${momentOf(lastPath)} AS lastPath, ${filters.length > 0 ? isWanted : '1'} AS wanted, ${goal ? converted : '0'} AS converted
      FROM (SELECT p, own, isOf, arrayJoin(${parts}) AS visit FROM (${rows}))`;
    if (!this.#fallen) return visits;
    // The visit of the user that began last.
    const own = `SELECT *, anyLastIf((m, last, lastPath), isOf = 1) OVER (PARTITION BY p ORDER BY since, isOf DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS latest FROM (${visits})`;
    const within = `SELECT p, own, isOf, visit, since, last, latest.1 AS ofVisit, latest.3 AS pathOfVisit, wanted AS isWanted, converted AS isConverted
      FROM (${own}) WHERE isOf OR since <= latest.2 + ${SESSION_GAP_MS}`;
    return `SELECT p, own, isOf, visit, since, last, ofVisit AS m, pathOfVisit AS lastPath, max(isWanted) OVER (PARTITION BY p, ofVisit) AS wanted,
      sum(isConverted) OVER (PARTITION BY p, ofVisit) AS converted FROM (${within})`;
  }

  #needed(fields: ReadonlySet<VisitFieldName>): ReadonlySet<VisitFieldName> {
    return new Set([...fields, ...visitFieldsIn(this.#query.visitFilters)]);
  }

  #properties(fields: ReadonlySet<VisitFieldName>): readonly string[] {
    return propertiesOf(this.#needed(fields));
  }

  /** @param use `WHERE` the filters of visits hold, or `AS` a column */
  #withFields(visits: string, fields: ReadonlySet<VisitFieldName>, use: 'WHERE' | `AS ${string}`): string {
    const bound = this.#bound;
    const { visitFilters } = this.#query;
    const filter = filterSql({ and: visitFilters }, bound);
    const chosen = (from: string): string =>
      use === 'WHERE'
        ? visitFilters.length > 0
          ? `SELECT * FROM (${from}) WHERE ${filter}`
          : from
        : `SELECT *, ${filter} ${use} FROM (${from})`;
    const needed = this.#needed(fields);
    if (needed.size === 0) return chosen(visits);
    const properties = this.#properties(fields);
    const raw = this.rawOf(fields);
    // Origins are recognized once for each kind of them, after grouping, unless a filter needs them.
    const filtered = visitFieldsIn(visitFilters);
    const computed = [...needed].filter((name) => filtered.has(name) || !isOfOrigin(name));
    const columns = [...originColumns(computed, raw, bound), ...fieldColumns(computed, raw, 'exitPath', bound)];
    const withExit = needed.has('exitPage')
      ? `SELECT f.*, x.${rawColumn(0)} AS exitPath FROM (${visits}) AS f LEFT JOIN (${this.#attributes(['path'])}) AS x ON f.lastPath = x.moment`
      : visits;
    const joined = `SELECT f.*, ${properties.map((_, i) => `a.${rawColumn(i)} AS ${rawColumn(i)}`).join(', ')} FROM (${this.#attributes(properties)}) AS a INNER JOIN (${withExit}) AS f ON a.moment = f.m`;
    return chosen(`SELECT ${['*', ...columns].join(', ')} FROM (${joined})`);
  }

  /** These properties of all events, each by its moment. */
  #attributes(properties: readonly string[]): string {
    const bound = this.#bound;
    const { packed, momentOf } = this.#packing;
    const texts = properties.map((property, i) => `${bound.property(property).texts} AS ${rawColumn(i)}`);
    const { from, to } = this.#read;
    return `SELECT ${[`${momentOf(packed('0'))} AS moment`, ...texts].join(', ')} FROM ${EVENTS}
      WHERE app = ${bound.add('String', this.#query.app)} AND timestamp >= ${bound.time(from)} AND timestamp < ${bound.time(to)}`;
  }
}

/** Events with the visit that each falls into: `isChosen`, `isConverted`. @param visits `intervals` */
export function inVisits({ from, person }: Identity, visits: string): string {
  const key = `if(${IS_OF_VISIT}, cityHash64(${keySql(person)}), ${person})`;
  const of = from.includes(' AS e ') ? from : `${from} AS e`;
  return `${of} ASOF INNER JOIN (SELECT pair.1 AS visitKey, since AS visitSince, pair.2 AS visitUntil, isChosen, isConverted FROM (${visits})
    ARRAY JOIN arrayFilter(x -> x.1 != 0, [(cityHash64(own), last), (p, last + ${SESSION_GAP_MS})]) AS pair) AS visits
    ON ${key} = visits.visitKey AND ${MS} >= visits.visitSince`;
}
export const IS_IN_VISIT = `${MS} <= visitUntil AND isChosen`;
