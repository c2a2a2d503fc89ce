import type { Segment } from '../../api/wire.ts';
import { inWords } from '../../components/range.ts';

/** One line of the form. */
export interface Row {
  readonly event: string | undefined;
  readonly times: number;
  readonly days: number;
  readonly isNot: boolean;
}
export interface Rows {
  readonly join: 'and' | 'or';
  readonly rows: readonly Row[];
}

export const FIRST: Row = { event: undefined, times: 1, days: 30, isNot: false };

const oneOf = ({ event, times, days, isNot }: Row): Segment => {
  const did: Segment = { did: event === undefined ? {} : { event }, atLeast: times, last: `${days}d` };
  return isNot ? { not: did } : did;
};

export const segmentOf = ({ join, rows }: Rows): Segment => {
  const parts = rows.map(oneOf);
  if (parts.length === 1) return parts[0]!;
  return join === 'and' ? { and: parts } : { or: parts };
};

function rowOf(segment: Segment): Row | undefined {
  if ('not' in segment) {
    const row = rowOf(segment.not);
    return row && !row.isNot ? { ...row, isNot: true } : undefined;
  }
  if (!('did' in segment)) return undefined;
  const { did, atLeast = 1, atMost, last, from, to } = segment;
  const days = /^(\d+)d$/.exec(last ?? '');
  const isPlain =
    atMost === undefined && from === undefined && to === undefined && Object.keys(did).every((key) => key === 'event');
  return isPlain && days ? { event: did.event, times: atLeast, days: Number(days[1]), isNot: false } : undefined;
}

/** @returns undefined for a segment that the form cannot express, and must not lose */
export function rowsOf(segment: Segment): Rows | undefined {
  const [join, parts] =
    'and' in segment
      ? (['and', segment.and] as const)
      : 'or' in segment
        ? (['or', segment.or] as const)
        : (['and', [segment]] as const);
  const rows = parts.map(rowOf);
  const known = rows.filter((row) => row !== undefined);
  return known.length === rows.length ? { join, rows: known } : undefined;
}

/** The segment in words. */
export function wordsOf(segment: Segment): string {
  if ('and' in segment) return segment.and.map(wordsOf).join(' and ');
  if ('or' in segment) return segment.or.map(wordsOf).join(' or ');
  if ('not' in segment) return `not (${wordsOf(segment.not)})`;
  if ('saved' in segment) return 'another saved segment';
  if ('firstSeen' in segment) return 'first seen in a date range';
  if ('lastSeen' in segment) return 'last seen in a date range';
  const { did, atLeast = 1, atMost, last } = segment;
  const what = did.event ?? did.id ?? 'any event';
  const times =
    atMost === undefined && atLeast === 1
      ? 'once'
      : `${atLeast}${atMost === undefined ? '' : ` and at most ${atMost}`} times`;
  const rest = did.filters?.length ? ' with filters' : '';
  return `did ${what}${rest} at least ${times}${last === undefined ? '' : ` in the last ${inWords(last)}`}`;
}
