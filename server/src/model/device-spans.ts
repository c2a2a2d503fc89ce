import type { StoredEvent } from './event.ts';

/** A point in the order of an app's events: by time, and by sequence number for equal times. */
export interface Moment {
  /** UTC ms. */
  readonly timestamp: number;
  readonly seq: number;
}

/** When a device belongs to a user (docs/concepts/identity.md): `[from, to)`, open at an absent end. */
export interface DeviceSpan {
  readonly device: string;
  readonly from?: Moment;
  readonly to?: Moment;
}

const isBefore = (a: Moment, b: Moment): boolean =>
  a.timestamp < b.timestamp || (a.timestamp === b.timestamp && a.seq < b.seq);

/** Whether an event names no user and is in one of the spans. */
export function isInSpans(
  { user, device, timestamp }: StoredEvent,
  seq: number,
  spans: readonly DeviceSpan[],
): boolean {
  if (user !== undefined || device === undefined) return false;
  const moment = { timestamp, seq };
  return spans.some(
    ({ device: own, from, to }) =>
      own === device && !(from && isBefore(moment, from)) && (to === undefined || isBefore(moment, to)),
  );
}
