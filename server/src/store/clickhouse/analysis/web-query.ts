import type { Filter } from '../../../model/query.ts';
import type { VisitFieldName } from '../../../model/visit-fields.ts';
import {
  EVENT_CARDS,
  type EventCardName,
  isVisitCard,
  VISIT_CARDS,
  type VisitCardName,
  type WebCardQuery,
  type WebNumbers,
  type WebQuery,
  type WebResult,
} from '../../../model/web-query.ts';
import type { EngineContext } from '../engine-context.ts';
import { filterSql } from '../filter-sql.ts';
import { Bound, EXACT_BELOW, mergedUsersSql, options, type Row, unbiased, usersStateSql, visitColumn } from '../sql.ts';
import { areUsersExact } from './sql/exact-users.ts';
import type { Identity } from './sql/identity.ts';
import { fieldColumns, isOfOrigin, originColumns, propertiesOf } from './sql/visit-fields-sql.ts';
import { IS_VIEW } from './sql/visits-sql.ts';
import { shownRows } from './sql/web-cards-sql.ts';
import { IS_IN_VISIT, inVisits, WebVisits } from './sql/web-visits-sql.ts';

/** What each part of the answer is made with. */
interface Parts {
  readonly context: EngineContext;
  readonly query: WebQuery;
  readonly identityOf: (bound: Bound) => Identity;
  readonly highestSeq: number | undefined;
  readonly isExact: boolean;
}

/** At most three statements: what is counted by visits, cards of events, and goals. */
export async function web(context: EngineContext, query: WebQuery): Promise<WebResult> {
  const { identities, control } = context;
  const [identityOf, isExact, highestSeq] = await Promise.all([
    identities.of(query.app, control),
    areUsersExact(context, query),
    context.highestSeq.get(),
  ]);
  const parts: Parts = { context, query, identityOf, highestSeq, isExact };
  const [visits, events, goals] = await Promise.all([visitRows(parts), eventRows(parts), goalRows(parts)]);
  const starts = query.buckets ?? [];
  const rows = [...visits, ...events];
  return {
    totals: numbersOf(
      visits.find((row) => row['card'] === 'totals'),
      isExact,
    ),
    buckets: visits.flatMap((row) =>
      row['card'] === 'points' ? [{ ...numbersOf(row, isExact), bucket: starts[Number(row['value'])]! }] : [],
    ),
    goals: query.goals.map((_, i) =>
      numbersOf(
        goals.find((row) => Number(row['goal']) === i),
        isExact,
      ),
    ),
    cards: query.cards.map((card) => cardOf(card, rows, isExact)),
  };
}

function cardOf(
  { card, offset, limit }: WebCardQuery,
  rows: readonly Row[],
  isExact: boolean,
): WebResult['cards'][number] {
  const own = rows.filter((row) => row['card'] === card);
  const shown = own.filter((row) => Number(row['place']) > offset && Number(row['place']) <= offset + limit);
  return {
    totalRows: Number(own[0]?.['found'] ?? 0),
    rows: shown
      .sort((a, b) => Number(a['place']) - Number(b['place']))
      .map((row) => ({ ...numbersOf(row, isExact), value: row['value'] === '' ? undefined : String(row['value']) })),
  };
}

function numbersOf(row: Row | undefined, isExact: boolean): WebNumbers {
  const number = (name: string): number => Number(row?.[name] ?? 0);
  return {
    visitors: number('visitors'),
    visits: number('visits'),
    pageViews: number('pageViews'),
    viewsOfVisits: number('viewsOfVisits'),
    bounces: number('bounces'),
    durationMs: number('durationMs'),
    conversions: number('conversions'),
    convertedVisitors: number('convertedVisitors'),
    events: number('events'),
    isEstimated: !isExact && number('visitors') >= EXACT_BELOW,
  };
}

/** Totals, points and cards of visits, by grouping the visits once for each. */
async function visitRows({ context, query, identityOf, highestSeq, isExact }: Parts): Promise<Row[]> {
  const bound = new Bound(context.hotColumnsOf, visitColumn);
  const visits = new WebVisits(query, identityOf(bound), highestSeq, bound);
  const cards = query.cards.filter(({ card }) => isVisitCard(card));
  const names = cards.map(({ card }) => card as VisitCardName);
  const fields = new Set<VisitFieldName>(names.map((name) => VISIT_CARDS[name]));
  const origins = [...fields].filter(isOfOrigin);
  const simple = names.filter((name) => !isOfOrigin(VISIT_CARDS[name]));
  const rawOf = visits.rawOf(fields);
  const origin = propertiesOf(origins).map(rawOf);
  const sets = [
    '()',
    ...(query.buckets ? ['(b)'] : []),
    ...simple.map((name) => `(${visitColumn(VISIT_CARDS[name])})`),
    ...(origin.length > 0 ? [`(${origin.join(', ')})`] : []),
  ];
  const chosen: (readonly [condition: string, card: string, value: string])[] = [
    ...(query.buckets ? [['grouping(b) = 0', "'points'", 'toString(b)'] as const] : []),
    ...simple.map((name) => {
      const column = visitColumn(VISIT_CARDS[name]);
      return [`grouping(${column}) = 0`, `'${name}'`, `toString(${column})`] as const;
    }),
    ...(origin.length > 0 ? [[`grouping(${origin[0]}) = 0`, "'origin'", "''"] as const] : []),
  ];
  const oneOf = (of: (each: (typeof chosen)[number]) => string, other: string): string =>
    chosen.length === 0 ? other : `multiIf(${chosen.map((each) => `${each[0]}, ${of(each)}`).join(', ')}, ${other})`;
  const grouped = `SELECT ${[
    `${oneOf(([, card]) => card, "'totals'")} AS kind`,
    `${oneOf(([, , value]) => value, "''")} AS val`,
    ...origin.map((column) => `toString(${column}) AS o_${column}`),
    `${usersStateSql(isExact, 'if(seen AND p != 0, p, NULL)')} AS us, sum(begins) AS vs, sum(views) AS pv, sumIf(viewed, begins) AS vw`,
    `countIf(begins AND bounced) AS bo, sumIf(took, begins) AS du`,
    ...(query.goal
      ? [`sum(conversions) AS cv, ${usersStateSql(isExact, 'if(conversions > 0 AND p != 0, p, NULL)')} AS cu`]
      : []),
  ].join(', ')} FROM (${visits.facts(fields)}) GROUP BY GROUPING SETS (${sets.join(', ')})`;
  const first = (property: string): string => `o_${rawOf(property)}`;
  const ofOrigin = names.filter((name) => isOfOrigin(VISIT_CARDS[name]));
  const cells =
    origin.length === 0
      ? '[(kind, val)]'
      : `if(kind = 'origin', [${ofOrigin.map((name) => `('${name}', ${visitColumn(VISIT_CARDS[name])})`).join(', ')}], [(kind, val)])`;
  const named = ['*', ...originColumns(origins, first, bound), ...fieldColumns(origins, first, "''", bound)].join(', ');
  const merged = `SELECT cell.1 AS card, cell.2 AS value, ${mergedUsersSql(isExact, 'us')} AS visitors, sum(vs) AS visits, sum(pv) AS pageViews, sum(vw) AS viewsOfVisits,
      sum(bo) AS bounces, sum(du) AS durationMs, ${query.goal ? `sum(cv) AS conversions, ${mergedUsersSql(isExact, 'cu')} AS convertedVisitors` : '0 AS conversions, 0 AS convertedVisitors'}, 0 AS events
    FROM (SELECT *, arrayJoin(${cells}) AS cell FROM (SELECT ${named} FROM (${grouped}))) GROUP BY card, value`;
  return await ask(context, shownRows(merged, cards, bound), bound);
}

/** Cards of events: of all in the range, unless only some visits count, or it matters what else happened in them. */
async function eventRows({ context, query, identityOf, highestSeq, isExact }: Parts): Promise<Row[]> {
  const cards = query.cards.filter(({ card }) => !isVisitCard(card));
  if (cards.length === 0) return [];
  const bound = new Bound(context.hotColumnsOf, visitColumn);
  const identity = identityOf(bound);
  const visits = new WebVisits(query, identity, highestSeq, bound);
  const isMapped = query.filters.length > 0 || query.visitFilters.length > 0 || query.goal !== undefined;
  const names = cards.map(({ card }) => card as EventCardName);
  const isOf = (name: EventCardName): string => `id IN (${EVENT_CARDS[name].ids.map((id) => `'${id}'`).join(', ')})`;
  const isWanted = (name: EventCardName): string =>
    name === 'pages' && query.filters.length > 0
      ? `(${isOf(name)} AND ${filterSql({ and: query.filters }, bound)})`
      : isOf(name);
  const oneOf = (of: (name: EventCardName) => string): string =>
    `multiIf(${names.map((name) => `${isOf(name)}, ${of(name)}`).join(', ')}, '')`;
  const from = isMapped ? inVisits(visits.source.identity, visits.intervals()) : visits.source.from;
  const where = [
    visits.source.where([], query.range),
    `(${names.map(isWanted).join(' OR ')})`,
    isMapped ? IS_IN_VISIT : `(NOT ${IS_VIEW} OR notEmpty(session) OR ${identity.person} != 0)`,
  ].join(' AND ');
  const converted = query.goal
    ? distinctSql(isExact, `if(isConverted AND ${identity.person} != 0, ${identity.person}, NULL)`)
    : '0';
  const rows = `SELECT ${oneOf((name) => `'${name}'`)} AS card, toString(${oneOf((name) => bound.property(EVENT_CARDS[name].property).texts)}) AS value,
      ${distinctSql(isExact, identity.personOrNull)} AS visitors, count() AS events, count() AS pageViews, 0 AS visits, 0 AS viewsOfVisits, 0 AS bounces, 0 AS durationMs, 0 AS conversions, ${converted} AS convertedVisitors
    FROM ${from} WHERE ${where} GROUP BY card, value`;
  return await ask(context, shownRows(rows, cards, bound), bound);
}

/** Conversions within visits, of each goal. */
async function goalRows({ context, query, identityOf, highestSeq, isExact }: Parts): Promise<Row[]> {
  if (query.goals.length === 0) return [];
  const bound = new Bound(context.hotColumnsOf, visitColumn);
  const visits = new WebVisits({ ...query, goal: undefined }, identityOf(bound), highestSeq, bound);
  const isOf = (goal: readonly Filter[]): string => filterSql({ and: goal }, bound);
  const goals = query.goals.map((goal, i) => `if(${isOf(goal)}, [${i}], [])`);
  const any = filterSql({ or: query.goals.map((and) => ({ and })) }, bound);
  const sql = `SELECT goal, ${distinctSql(isExact, 'person')} AS visitors, count() AS conversions FROM (
      SELECT arrayJoin(arrayConcat(${goals.join(', ')})) AS goal, ${visits.source.identity.personOrNull} AS person
      FROM ${inVisits(visits.source.identity, visits.intervals())} WHERE ${visits.source.where([], query.range)} AND ${any} AND ${IS_IN_VISIT}
    ) GROUP BY goal`;
  return await ask(context, sql, bound);
}

/** Distinct users of rows. */
const distinctSql = (isExact: boolean, person: string): string =>
  isExact ? `uniqExact(${person})` : unbiased(`uniqCombined64(16)(${person})`);

const ask = async ({ connection, control }: EngineContext, sql: string, bound: Bound): Promise<Row[]> =>
  await connection.query<Row>(sql, bound.values, options(control));
