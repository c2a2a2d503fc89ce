import type { Scope, TypedValue } from '../../../../model/analysis-query.ts';
import type { Field, Range } from '../../../../model/query.ts';
import type { EngineContext } from '../../engine-context.ts';
import { filterSql } from '../../filter-sql.ts';
import { Bound, EVENTS, options, QUARTER, QUARTER_MS, type Row } from '../../sql.ts';
import { bitsOf, type EventSequences, hasMark, isMarked } from './event-sequence-sql.ts';
import type { Identity } from './identity.ts';
import { areNamesRolled } from './rollup-plan.ts';
import { type Source, sourceOf } from './scope-sql.ts';
import { sessionReading, type Unnamed } from './session-sql.ts';
import { typedValue } from './value-sql.ts';

/** The values that sequences distinguish; rarer ones are 0. All names are distinguished: an app has at most this many (eventNamesMax). */
const NODES_MAX = 1_000;
const NAMES_MAX = 10_000;
export const isNames = (field: Field): boolean =>
  field.kind === 'column' && (field.name === 'event' || field.name === 'id');

/** The most frequent values of a field, and whether these are all. @param narrow to fewer events than those of the question */
export async function nodesOf(
  { connection, hotColumnsOf, control }: EngineContext,
  scope: Scope,
  identityOf: (bound: Bound) => Identity,
  field: Field,
  narrow: (source: Source, bound: Bound) => Source = (source) => source,
): Promise<{ readonly nodes: readonly TypedValue[]; readonly isAll: boolean }> {
  const max = isNames(field) ? NAMES_MAX : NODES_MAX;
  // Names are never empty, and the engine groups by their dictionary indexes, which are numbers.
  const isName = isNames(field) && field.kind === 'column';
  const ask = (bound: Bound, value: string, from: string, isSmall: boolean): Promise<Row[]> =>
    connection.query<Row>(
      `SELECT ${value} AS v FROM ${from} GROUP BY v ORDER BY count() DESC, v LIMIT ${max + 1}`,
      bound.values,
      options(control, isSmall),
    );
  const inEvents = (): Promise<Row[]> => {
    const bound = new Bound(hotColumnsOf);
    const source = narrow(sourceOf(scope, identityOf(bound), bound), bound);
    const value = isName ? field.name : typedValue(field, bound);
    return ask(bound, value, `${source.from} WHERE ${source.where()} AND notEmpty(v)`, false);
  };
  const inQuarters = async (column: string): Promise<Row[]> => {
    const bound = new Bound(hotColumnsOf);
    const rows = await ask(bound, column, quartersSql(scope, bound), true);
    return rows.length > max ? inEvents() : rows;
  };
  const rows = await (isName && areNamesRolled(scope) ? inQuarters(field.name) : inEvents());
  const nodes = rows.map((row) => `${isNames(field) ? 't' : ''}${row['v']}`);
  return { nodes: nodes.slice(0, max), isAll: nodes.length <= max };
}

/** The quarter hours that a range touches, from the roll-up of counts, without reading events. A name too many changes no answer. */
export function quartersSql({ app, range, filters }: Pick<Scope, 'app' | 'range' | 'filters'>, bound: Bound): string {
  const quarter = `toInt64(toUnixTimestamp(${QUARTER}))`;
  const first = Math.floor(range.from / QUARTER_MS) * QUARTER_MS;
  return `${EVENTS} WHERE ${[
    `app = ${bound.add('String', app)}`,
    `${quarter} >= ${bound.add('Int64', first / 1000)}`,
    `${quarter} < ${bound.add('Int64', Math.ceil(range.to / 1000))}`,
    ...filters.map((filter) => filterSql(filter, bound)),
  ].join(' AND ')}`;
}

/**
 * The index of a row's value among the nodes, from 1; 0 for the others; `absentNode` where there is no value. For a column it is
 * looked up once per block, not once per row.
 */
export function nodeSql(field: Field, nodes: readonly TypedValue[], bound: Bound): string {
  const isName = isNames(field) && field.kind === 'column';
  const known = isName ? nodes.map((node) => node.slice(1)) : [...nodes, ''];
  if (known.length === 0) return 'toUInt32(0)';
  const indexes = bound.add(
    'Array(Int64)',
    known.map((_, i) => i + 1),
  );
  const value = isName ? field.name : typedValue(field, bound);
  return `toUInt32(transform(${value}, ${bound.add('Array(String)', known)}, ${indexes}, 0))`;
}

/** After the nodes: an event without a value. */
export const absentNode = (nodes: readonly TypedValue[]): number => nodes.length + 1;

/** How many bits the index of a node takes. */
export const nodeBits = (nodes: readonly TypedValue[]): number => bitsOf(absentNode(nodes));

/** What sessions are built from. */
export interface SessionsToBuild {
  readonly source: Source;
  /** In which the sessions begin. */
  readonly range: Range;
  readonly gapMs: number;
  readonly packing: EventSequences;
  /** The marks of an event. */
  readonly marks: string;
}

export interface NamedSessions extends SessionsToBuild {
  /** More columns, by name. */
  readonly names?: string;
}

export interface NamelessSessions extends SessionsToBuild {
  /** Marks events that carry a session id. */
  readonly sessionBit: number;
  /** A mark: users without an event that has it are dropped before sorting and splitting. */
  readonly wantedBit: number | undefined;
  readonly unnamed?: Unnamed;
}

/** Sessions that begin in the range as event sequences: `p` the identity, `w` the session id of the events, `sequence`, and the columns of `names`. */
export function sessionSequences(
  { source, range, gapMs, packing, marks, names = '' }: NamedSessions,
  bound: Bound,
): string {
  const { person } = source.identity;
  const kept = names === '' ? '' : ', u, d';
  const { where, gapOf } = sessionReading(source, range, gapMs, bound);
  return `SELECT * FROM (SELECT p, w${kept}, arrayJoin(${packing.splitAtGaps('rows', 'gap')}) AS sequence FROM (
    SELECT ${person} AS p, session AS w, ${gapOf('notEmpty(w)')} AS gap${names}, arraySort(groupArray(${packing.packed(marks)})) AS rows FROM ${source.from}
    WHERE ${where} GROUP BY p, w)) WHERE ${packing.beginsIn('sequence', range)}`;
}

/** The same without identities: grouped by one number, in half the time. */
export function namelessSessionSequences(
  { source, range, gapMs, packing, marks, sessionBit, wantedBit, unnamed }: NamelessSessions,
  bound: Bound,
): string {
  const { person } = source.identity;
  const { where, gapOf } = sessionReading(source, range, gapMs, bound, unnamed);
  const marked = packing.packed(`${marks} + toUInt32(notEmpty(session)) * ${2 ** sessionBit}`);
  return `SELECT sequence FROM (SELECT arrayJoin(${packing.splitAtGaps('rows', 'gap')}) AS sequence FROM (
    SELECT arraySort(gathered) AS rows, ${gapOf(isMarked(sessionBit, 'gathered[1]'))} AS gap FROM (
      SELECT groupArray(${marked}) AS gathered FROM ${source.from}
      WHERE ${where} GROUP BY if(empty(session), ${person}, cityHash64(session, ${person}))
    )${wantedBit === undefined ? '' : ` WHERE ${hasMark(wantedBit, 'gathered')}`})) WHERE ${packing.beginsIn('sequence', range)}`;
}
