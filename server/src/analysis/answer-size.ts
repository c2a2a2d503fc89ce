/** The limits of one answer. */
import { SeismoError } from '../model/errors.ts';
import type { QueryControl } from '../model/query.ts';

/**
 * As many points as SQL returns rows. The engine returns existing points; intervals without events are filled in on the event loop: 1,000 groups
 * by the hours of a year would be 9 million points from a few thousand events, seconds in which nobody else is answered.
 */
export const POINTS_MAX = 100_000;
/** The engine's rows per point: totals come in addition to the points, and with `perUser` the events with and without a user. */
const ROWS_PER_POINT = 4;

export interface Dimension {
  readonly count: number;
  /** In the plural. */
  readonly of: string;
}

/** @throws QUERY_LIMIT_ROWS when the product exceeds the limit of an answer */
export function checkPoints(dimensions: readonly Dimension[]): void {
  const points = dimensions.reduce((product, { count }) => product * count, 1);
  if (points <= POINTS_MAX) return;
  const factors = dimensions.filter(({ count }) => count > 1).map(({ count, of }) => `${shown(count)} ${of}`);
  throw new SeismoError(
    'QUERY_LIMIT_ROWS',
    `The answer would have ${shown(points)} points (${factors.join(' × ')}); at most ${shown(POINTS_MAX)} are possible. Choose a longer interval, a shorter range or a lower limit.`,
  );
}

/** The engine stops where the answer would be rejected anyway. */
export const withPointsMax = (control: QueryControl): QueryControl => ({
  ...control,
  maxRows: Math.min(control.maxRows, POINTS_MAX * ROWS_PER_POINT),
});

const shown = (count: number): string => count.toLocaleString('en-US');
