import type { TypedValue } from '../../../../model/analysis-query.ts';
import type { Field, Range } from '../../../../model/query.ts';
import type { EngineContext } from '../../engine-context.ts';
import { Bound, options, type Row } from '../../sql.ts';
import { bitsOf, type EventSequences, hasMark, isMarked } from './event-sequence-sql.ts';
import type { Identity } from './identity.ts';
import { type Source, sourceOf } from './scope-sql.ts';
import { sessionReading } from './session-sql.ts';
import { typedValue } from './value-sql.ts';

/** Values told apart in sequences; rarer ones are 0. Of names all: an app has no more (eventNamesMax). */
const NODES_MAX = 1_000;
const NAMES_MAX = 10_000;
export const isNames = (field: Field): boolean =>
  field.kind === 'column' && (field.name === 'event' || field.name === 'id');

/** The most frequent values of a field, and whether there are more. @param narrow to fewer events than those of the question */
export async function nodesOf(
  { connection, control }: EngineContext,
  scope: Parameters<typeof sourceOf>[0],
  identityOf: (bound: Bound) => Identity,
  field: Field,
  narrow: (source: Source, bound: Bound) => Source = (source) => source,
): Promise<{ readonly nodes: readonly TypedValue[]; readonly isAll: boolean }> {
  const bound = new Bound();
  const source = narrow(sourceOf(scope, identityOf(bound), bound), bound);
  const most = isNames(field) ? NAMES_MAX : NODES_MAX;
  // Names are never empty, and as they lie a group by them is a group by numbers.
  const value = isNames(field) && field.kind === 'column' ? field.name : typedValue(field, bound);
  const rows = await connection.query<Row>(
    `SELECT ${value} AS v FROM ${source.from} WHERE ${source.where()} AND notEmpty(v)
    GROUP BY v ORDER BY count() DESC, v LIMIT ${most + 1}`,
    bound.values,
    options(control),
  );
  const nodes = rows.map((row) => `${isNames(field) ? 't' : ''}${row['v']}`);
  return { nodes: nodes.slice(0, most), isAll: nodes.length <= most };
}

/**
 * The place of a row's value among the nodes, from 1; 0 for the others; `absentNode` where there is no value. Of a column it is looked up once a block,
 * not once a row.
 */
export function nodeSql(field: Field, nodes: readonly TypedValue[], bound: Bound): string {
  const isName = isNames(field) && field.kind === 'column';
  const known = isName ? nodes.map((node) => node.slice(1)) : [...nodes, ''];
  if (known.length === 0) return 'toUInt32(0)';
  const places = bound.add(
    'Array(Int64)',
    known.map((_, i) => i + 1),
  );
  const value = isName ? field.name : typedValue(field, bound);
  return `toUInt32(transform(${value}, ${bound.add('Array(String)', known)}, ${places}, 0))`;
}

/** Behind the nodes: an event without a value. */
export const absentNode = (nodes: readonly TypedValue[]): number => nodes.length + 1;

/** How many bits the place of a node takes. */
export const nodeBits = (nodes: readonly TypedValue[]): number => bitsOf(absentNode(nodes));

/** Sessions that begin in the range as event sequences: `p` the identity, `w` what the events say, `trail`, and more columns by name. */
export function sessionSequences(
  source: Source,
  range: Range,
  sequences: EventSequences,
  marks: string,
  gapMs: number,
  bound: Bound,
  names = '',
): string {
  const { person } = source.identity;
  const kept = names === '' ? '' : ', u, d';
  const { where, gapOf } = sessionReading(source, range, gapMs, bound);
  return `SELECT * FROM (SELECT p, w${kept}, arrayJoin(${sequences.cutAtGaps('rows', 'gap')}) AS trail FROM (
    SELECT ${person} AS p, session AS w, ${gapOf('notEmpty(w)')} AS gap${names}, arraySort(groupArray(${sequences.packed(marks)})) AS rows FROM ${source.from}
    WHERE ${where} GROUP BY p, w)) WHERE ${sequences.beginsIn('trail', range)}`;
}

/**
 * The same without saying whose they are: grouped by one number, in half the time.
 * @param sessionBit a mark of those that say their session
 * @param wanted a mark that one event of a person's has: the others are not sorted and cut
 */
export function namelessSessionSequences(
  source: Source,
  range: Range,
  sequences: EventSequences,
  marks: string,
  sessionBit: number,
  gapMs: number,
  bound: Bound,
  wanted: number | undefined,
): string {
  const { person } = source.identity;
  const { where, gapOf } = sessionReading(source, range, gapMs, bound);
  const marked = sequences.packed(`${marks} + toUInt32(notEmpty(session)) * ${2 ** sessionBit}`);
  return `SELECT trail FROM (SELECT arrayJoin(${sequences.cutAtGaps('rows', 'gap')}) AS trail FROM (
    SELECT arraySort(gathered) AS rows, ${gapOf(isMarked(sessionBit, 'gathered[1]'))} AS gap FROM (
      SELECT groupArray(${marked}) AS gathered FROM ${source.from}
      WHERE ${where} GROUP BY if(empty(session), ${person}, cityHash64(session, ${person}))
    )${wanted === undefined ? '' : ` WHERE ${hasMark(wanted, 'gathered')}`})) WHERE ${sequences.beginsIn('trail', range)}`;
}
