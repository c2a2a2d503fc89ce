import { SeismoError } from '../../model/errors.ts';
import { type EventLimits, REJECTED_LISTED_MAX } from '../accept/limits.ts';
import { eventsOf, hiddenFaultsOf, parseText, textOf } from './batch.ts';
import { scanBody, withoutFaulty } from './structure.ts';

export interface Reason {
  readonly code: SeismoError['code'];
  readonly detail: string;
  readonly field: string | undefined;
}

/** What the thread found out about a body: that it is JSON, where its events are, and which of them are already rejected. */
export interface LargeBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isSingle: boolean;
  /** UTC ms */
  readonly sentAt: number | undefined;
  /** Positions in bytes. */
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Indexes of events with a fault that JSON.parse hides, ascending. */
  readonly faulty: Uint32Array<ArrayBuffer>;
  /** The errors of the first of these. The last one applies to the rest. */
  readonly reasons: readonly Reason[];
}

/**
 * Reads a whole body, on the thread of large-body-thread.ts.
 * @throws what parseBody and eventsOf throw, and BODY_TOO_LARGE for bodies that would be expensive to parse
 */
export function readLargeBody(bytes: Uint8Array<ArrayBuffer>, limits: EventLimits): LargeBody {
  const scan = scanBody(bytes, limits);
  const clean = scan.faults.size > 0 ? withoutFaulty(bytes, scan) : bytes;
  const text = textOf(Buffer.from(clean.buffer, clean.byteOffset, clean.byteLength));
  const parsed = { value: parseText(text, bytes.length), text };
  const { events, depth, sentAt } = eventsOf(parsed.value, limits);
  const faults = [...hiddenFaultsOf(parsed, depth, scan), ...scan.faults].sort(([a], [b]) => a - b);
  const isSingle = depth === 0;
  if (!isSingle && scan.starts.length !== events.length)
    throw new Error(`BUG: ${scan.starts.length} events were found in a body of ${events.length}`);
  return {
    bytes: clean,
    isSingle,
    sentAt,
    starts: Uint32Array.from(isSingle ? [0] : scan.starts),
    ends: Uint32Array.from(isSingle ? [bytes.length] : scan.ends),
    faulty: Uint32Array.from(faults, ([index]) => index),
    reasons: faults.slice(0, REJECTED_LISTED_MAX).map(([, error]) => reasonOf(error)),
  };
}

export const reasonOf = ({ code, detail, field }: SeismoError): Reason => ({ code, detail, field });

export const errorOf = ({ code, detail, field }: Reason): SeismoError =>
  new SeismoError(code, detail, field === undefined ? {} : { field });
