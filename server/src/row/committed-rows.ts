/** What ingest tells those who follow it: live readers, and caches of answers. */
import { ROW_OFFSET } from './row.ts';

/** Events that are on disk since this moment, in order of their places. Good within the call alone. */
export interface Committed {
  /** The place of the first one. */
  readonly firstSeq: number;
  readonly count: number;
  readonly apps: ReadonlySet<string>;
  /** Encoded as row.ts says; what only the loader knows is not in them yet. */
  rows(): Iterable<RowAt>;
}

export interface RowAt {
  readonly bytes: Buffer;
  readonly start: number;
}

/** An event, or a body, that was refused. */
export interface RejectedEvent {
  readonly code: string;
  readonly detail: string;
  readonly field: string | undefined;
  /** Its place in the body, from 0; absent: the body itself, or one event alone. */
  readonly index: number | undefined;
  /** What was sent: a JSON value, or the bytes of what is none. */
  readonly value: unknown;
}

/** The app of a row: ASCII, at most 64 characters, so that its length is one byte. */
export function appAt({ bytes, start }: RowAt): string {
  const at = start + ROW_OFFSET.texts;
  return bytes.toString('latin1', at + 1, at + 1 + bytes[at]!);
}

/** Whether the row's id is this ASCII text of less than 128 characters. */
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
