/** What a link can show: numbers, but never users, single events or SQL. */
import { parseField } from '../model/property-name.ts';
import type { Question } from '../questions/kinds.ts';

export interface Hidden {
  /** The path in the question. */
  readonly path: string;
  readonly why: string;
}

/** Fields whose values identify a person or an event. */
const TELLING = new Set(['user', 'device', 'session', 'uuid']);

/** Why a question can't be shown by a link. Undefined if it can. */
export function hiddenIn(question: Question): Hidden | undefined {
  switch (question.kind) {
    case 'users':
    case 'timeline':
      return { path: 'kind', why: 'lists users' };
    case 'sql':
      return { path: 'kind', why: 'can read any data of the app' };
    case 'funnel':
      return listed(question) ?? telling('breakdown', question.breakdown);
    case 'sessions':
      return listed(question);
    case 'retention':
      return telling('breakdown', question.breakdown);
    case 'paths':
      return telling('node', question.node);
    case 'performance':
      return telling('by', question.by);
    case 'trend':
      return (question.breakdown ?? []).map((field, i) => telling(`breakdown[${i}]`, field)).find((each) => each);
    case 'stickiness':
    case 'lifecycle':
    case 'web':
      return undefined;
  }
}

/** The parts of a question that drawing its answer needs. Neither filters nor segments, which may contain what visitors must not see. */
const DRAWN = ['interval', 'period', 'mode', 'cumulative', 'movingAverage', 'property', 'by'] as const;
export type Drawn = { readonly [name in (typeof DRAWN)[number]]?: unknown };

export const drawnOf = (question: Question): Drawn =>
  Object.fromEntries(Object.entries(question).filter(([name]) => DRAWN.some((each) => each === name)));

const listed = ({ list }: { readonly list?: unknown }): Hidden | undefined =>
  list === undefined ? undefined : { path: 'list', why: 'lists users' };

function telling(path: string, field: string | undefined): Hidden | undefined {
  const parsed = field === undefined ? undefined : parseField(field);
  return parsed?.kind === 'column' && TELLING.has(parsed.name) ? { path, why: `shows each ${parsed.name}` } : undefined;
}
