import type { SeismoError } from '../../model/errors.ts';
import type { EventLimits } from '../accept/limits.ts';
import { eventsOf, hiddenFaultsOf, type ParsedBody, parseBody, parseText, textOf } from './batch.ts';
import { errorOf, type LargeBody } from './large-body.ts';

/** Bodies up to this size are read on the event loop, in a few milliseconds. Passing them to a thread would take longer. */
export const INLINE_MAX_BYTES = 256 * 1024;
/** Maximum number of events, and bytes of them, accepted in one turn. */
const SLICE_EVENTS = 2_000;
export const SLICE_BYTES = 64 * 1024;
/** The cost of an event besides its bytes, in bytes: rejecting one takes as long as reading this many. */
export const EVENT_BYTES = 256;

/** Events that are accepted in one turn of the event loop. */
export interface Slice {
  /** The index of the first one. */
  readonly from: number;
  readonly events: readonly unknown[];
  /** What it costs. */
  readonly bytes: number;
}

/** A JSON body with events, of which JSON.parse hides nothing except in faulty events. */
export interface PostedBody {
  readonly isSingle: boolean;
  readonly sentAt: number | undefined;
  /** Number of events. */
  readonly count: number;
  /** All of it fits in one turn. */
  readonly isShort: boolean;
  slices(): Iterable<Slice>;
  /** Call it in ascending order. */
  faultOf(index: number): SeismoError | undefined;
  /** What is shown of a rejected event. */
  excerptOf(index: number, event: unknown): unknown;
}

/** @throws what parseBody, eventsOf and hiddenFaultsOf throw */
export function readInline(bytes: Buffer, limits: EventLimits): PostedBody {
  const parsed: ParsedBody = parseBody(bytes, limits);
  const { events, depth, sentAt } = eventsOf(parsed.value, limits);
  const hidden = hiddenFaultsOf(parsed, depth, parsed.glance);
  const isShort = events.length <= SLICE_EVENTS;
  return {
    isSingle: depth === 0,
    sentAt,
    count: events.length,
    isShort,
    *slices() {
      if (isShort) yield { from: 0, events, bytes: 0 };
      else
        for (let from = 0; from < events.length; from += SLICE_EVENTS)
          yield { from, events: events.slice(from, from + SLICE_EVENTS), bytes: SLICE_EVENTS * EVENT_BYTES };
    },
    faultOf: (index) => parsed.faults?.get(index) ?? hidden.get(index),
    excerptOf: (_index, event) => event,
  };
}

/** The same for a body that the thread has read. Its events are parsed as they are accepted, some at a time. */
export function slicedBody({ bytes, isSingle, sentAt, starts, ends, faulty, reasons }: LargeBody): PostedBody {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = starts.length;
  let nextFault = 0;
  const isFaulty = (index: number): boolean => {
    while (nextFault < faulty.length && faulty[nextFault]! < index) nextFault++;
    return faulty[nextFault] === index;
  };
  return {
    isSingle,
    sentAt,
    count,
    isShort: false,
    *slices() {
      for (let from = 0; from < count; ) {
        let to = from + 1;
        const start = starts[from]!;
        while (to < count && to - from < SLICE_EVENTS && ends[to]! - start <= SLICE_BYTES) to++;
        const text = `[${textOf(whole.subarray(start, ends[to - 1]))}]`;
        const events = parseText(text, text.length) as readonly unknown[];
        yield { from, events, bytes: text.length + (to - from) * EVENT_BYTES };
        from = to;
      }
    },
    faultOf: (index) => (isFaulty(index) ? errorOf(reasons[Math.min(nextFault, reasons.length - 1)]!) : undefined),
    excerptOf: (index) => whole.subarray(starts[index], ends[index]),
  };
}
