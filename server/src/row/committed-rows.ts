/** What ingest reports to its followers: live subscriptions and the answer cache. */
import { ROW_OFFSET } from './row.ts';

/** Events that have just reached the disk, in the order of their sequence numbers. Only valid during the call. */
export interface Committed {
  /** The sequence number of the first one. */
  readonly firstSeq: number;
  readonly count: number;
  readonly apps: ReadonlySet<string>;
  /** Encoded as in row.ts. What only the loader knows is not filled in yet. */
  rows(): Iterable<RowAt>;
}

export interface RowAt {
  readonly bytes: Buffer;
  readonly start: number;
}

/** A rejected event or body. */
export interface RejectedEvent {
  readonly code: string;
  readonly detail: string;
  readonly field: string | undefined;
  /** Its index in the body. Absent: the body itself, or a single event. */
  readonly index: number | undefined;
  /** What was sent: a JSON value, or the bytes if it is not JSON. */
  readonly value: unknown;
}

/** The app of a row: ASCII, at most 64 characters, so its length is one byte. */
export function appAt({ bytes, start }: RowAt): string {
  const at = start + ROW_OFFSET.texts;
  return bytes.toString('latin1', at + 1, at + 1 + bytes[at]!);
}

/** Whether the id of the row is this ASCII text of less than 128 characters. */
export function isIdAt({ bytes, start }: RowAt, id: string): boolean {
  const app = start + ROW_OFFSET.texts;
  const at = app + 1 + bytes[app]!;
  if (bytes[at] !== id.length) return false;
  for (let i = 0; i < id.length; i++) if (bytes[at + 1 + i] !== id.charCodeAt(i)) return false;
  return true;
}

/** UTC ms. */
export const timestampAt = ({ bytes, start }: RowAt): number =>
  Number(bytes.readBigInt64LE(start + ROW_OFFSET.timestamp));
