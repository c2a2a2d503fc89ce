/** What a link may show: numbers, never users, single events or SQL. */
import { parseField } from '../model/property-name.ts';
import type { Question } from '../questions/kinds.ts';

export interface Hidden {
  /** The path in the question. */
  readonly path: string;
  readonly why: string;
}

/** Fields whose values say who somebody is, or which event it was. */
const TELLING = new Set(['user', 'device', 'session', 'uuid']);

/** What keeps a question from being shown by a link; undefined when nothing does. */
export function hiddenIn(question: Question): Hidden | undefined {
  switch (question.kind) {
    case 'users':
    case 'timeline':
      return { path: 'kind', why: 'names users' };
    case 'sql':
      return { path: 'kind', why: 'may read anything of the app' };
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
      return undefined;
  }
}

/** Of a question what its answer does not tell and drawing it takes. Neither filters nor segments, which may say what nobody should see. */
const DRAWN = ['interval', 'period', 'mode', 'cumulative', 'movingAverage', 'property', 'by'] as const;
export type Drawn = { readonly [name in (typeof DRAWN)[number]]?: unknown };

export const drawnOf = (question: Question): Drawn =>
  Object.fromEntries(Object.entries(question).filter(([name]) => DRAWN.some((each) => each === name)));

const listed = ({ list }: { readonly list?: unknown }): Hidden | undefined =>
  list === undefined ? undefined : { path: 'list', why: 'names users' };

function telling(path: string, field: string | undefined): Hidden | undefined {
  const parsed = field === undefined ? undefined : parseField(field);
  return parsed?.kind === 'column' && TELLING.has(parsed.name) ? { path, why: `shows each ${parsed.name}` } : undefined;
}
