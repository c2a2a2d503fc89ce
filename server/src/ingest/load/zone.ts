import { ROW_OFFSET } from '../../row/row.ts';

/** The time zone of an app's days. */
export interface Zone {
  /** `zoneHash` of its name (row.ts). */
  readonly hash: number;
  /** Days since 1970 of a UTC ms. */
  readonly dayOf: (timestampMs: number) => number;
}

/** Writes the day of a row, and in which zone that is. */
export function stampDay(rows: Buffer, start: number, zone: Zone): void {
  const at = start + ROW_OFFSET.timestamp;
  const timestamp = rows.readUInt32LE(at) + rows.readInt32LE(at + 4) * 4_294_967_296;
  // West of Greenwich, 1970 begins in 1969, which a Date can't represent. No query uses a roll-up for that day.
  rows.writeUInt16LE(Math.max(0, zone.dayOf(timestamp)), start + ROW_OFFSET.day);
  rows.writeUInt32LE(zone.hash, start + ROW_OFFSET.zone);
}
