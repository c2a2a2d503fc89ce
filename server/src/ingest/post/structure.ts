import { SeismoError } from '../../model/errors.ts';
import type { Glance } from '../../row/json-scan.ts';
import type { EventLimits } from '../accept/limits.ts';

/**
 * Limits the structure of a body before it is parsed: brackets and commas are cheap to send, and each becomes a value in
 * memory. Real events are far below these limits. An event that only exceeds an event limit is rejected by itself (validate-event.ts).
 */

/** The densest useful event has a value every six bytes, and such events do not fill a body. */
const BYTES_PER_VALUE = 8;
const VALUES_MIN = 100_000;
/** `dataDepthMax` is at most 100. */
const DEPTH_MAX = 1_000;
/** How far an event of a large body can exceed the event limits. Escapes turn one character into six. */
const EVENT_BYTES_FACTOR = 8;
const EVENT_KEYS_FACTOR = 8;
/** Bytes of `eventMaxBytes` for each bracket or comma of an event: arrays of three-digit numbers. */
const EVENT_BYTES_PER_VALUE = 4;
const EVENT_VALUES_MIN = 10_000;

export const valuesMax = ({ bodyMaxBytes }: Pick<EventLimits, 'bodyMaxBytes'>): number =>
  Math.max(VALUES_MIN, Math.floor(bodyMaxBytes / BYTES_PER_VALUE));

const eventValuesMax = ({ eventMaxBytes }: EventLimits): number =>
  Math.max(EVENT_VALUES_MIN, Math.floor(eventMaxBytes / EVENT_BYTES_PER_VALUE));

/**
 * @returns the result of scanBody, for a body that may exceed a limit
 * @throws BODY_TOO_LARGE; EVENT_TOO_DEEP, EVENT_TOO_LARGE, EVENT_PROPERTIES_TOO_MANY for a single event
 */
export function checkStructure(
  { keys, values, depth }: Glance,
  bytes: Uint8Array,
  limits: EventLimits,
): Scan | undefined {
  // Parsing an object with this many keys takes a hundred times as long as reading its bytes. Most bodies have fewer keys in all their events.
  if (keys > limits.propertiesMax * EVENT_KEYS_FACTOR || values > eventValuesMax(limits) || depth > DEPTH_MAX)
    return scanBody(bytes, limits);
  return undefined;
}

const tooDeep = (): SeismoError =>
  new SeismoError('EVENT_TOO_DEEP', `The event is nested more than ${DEPTH_MAX} levels deep.`, { field: 'data' });

const tooManyValues = (limits: Pick<EventLimits, 'bodyMaxBytes'>): SeismoError =>
  new SeismoError(
    'BODY_TOO_LARGE',
    `The body has more than ${valuesMax(limits)} brackets and commas. Send several bodies, or NDJSON.`,
  );

/** Where the events of a body are, in bytes, and the `Glance` at it. */
export interface Scan {
  readonly keys: number;
  readonly hasSmall: boolean;
  /** For each event of an array or of `{"events": […]}`; empty for a single one. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Of events that exceed a limit and must not be parsed. */
  readonly faults: ReadonlyMap<number, SeismoError>;
}

/**
 * One pass over a body, which may not be JSON.
 * @throws BODY_TOO_LARGE; EVENT_TOO_LARGE, EVENT_TOO_DEEP, EVENT_PROPERTIES_TOO_MANY for a single event
 */
export function scanBody(bytes: Uint8Array, limits: EventLimits): Scan {
  const starts: number[] = [];
  const ends: number[] = [];
  const maxValues = valuesMax(limits);
  const maxEventKeys = limits.propertiesMax * EVENT_KEYS_FACTOR;
  const maxEventBytes = limits.eventMaxBytes * EVENT_BYTES_FACTOR;
  const maxEventValues = eventValuesMax(limits);
  const { length } = bytes;
  // A byte order mark, which textOf removes.
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < length && isSpace(bytes[at]!)) at++;
  const first = at;
  /** The depth of the events; 0 until one is found. */
  let depth = bytes[at] === BRACKET ? 1 : 0;
  let isAmongEvents = false;
  let open = 0;
  let keys = 0;
  let values = 0;
  let hasSmall = false;
  let eventStart = 0;
  let eventKeys = 0;
  let eventValues = 0;
  /** The last string of the outermost object: the name of what follows. */
  let nameStart = 0;
  let nameEnd = 0;
  const faults = new Map<number, SeismoError>();
  /** The first error of an event. A single event is the whole body. */
  const fault = (error: (max: number) => SeismoError, max: number): void => {
    if (!isAmongEvents) throw error(max);
    if (!faults.has(starts.length)) faults.set(starts.length, error(max));
  };
  const endEvent = (): void => {
    if (at - eventStart > maxEventBytes) fault(eventTooLarge, maxEventBytes);
    starts.push(eventStart);
    ends.push(at);
    eventStart = at + 1;
    eventKeys = 0;
    eventValues = 0;
  };
  /** A comma or an opening bracket. */
  const count = (): void => {
    if (++values > maxValues) throw tooManyValues(limits);
    if (++eventValues === maxEventValues + 1) fault(tooDense, maxEventValues);
  };
  for (; at < length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const start = at++;
      while (at < length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
      if (open === 1) {
        nameStart = start;
        nameEnd = at + 1;
      }
    } else if (byte === COLON) {
      keys++;
      if (++eventKeys === maxEventKeys + 1) fault(tooManyKeys, maxEventKeys);
    } else if (byte === COMMA) {
      if (isAmongEvents && open === depth) endEvent();
      count();
    } else if ((byte | 32) === BRACE) {
      count();
      if (++open === DEPTH_MAX + 1) fault(tooDeep, DEPTH_MAX);
      if (byte !== BRACKET || starts.length > 0) continue;
      if (depth === 0 && open === 2 && isEvents(bytes, nameStart, nameEnd)) depth = 2;
      if (open !== depth) continue;
      isAmongEvents = true;
      eventStart = at + 1;
      eventKeys = 0;
      eventValues = 0;
    } else if ((byte | 32) === BRACE_END) {
      if (isAmongEvents && open === depth) {
        if (starts.length > 0 || !isBlank(bytes, eventStart, at)) endEvent();
        isAmongEvents = false;
      }
      open--;
    } else if (byte === MINUS && at > 0 && (bytes[at - 1]! | 32) === LETTER_E) hasSmall = true;
  }
  // A blank body gets its own error from the parser.
  if (depth === 0 && first < length && length > maxEventBytes) throw eventTooLarge(maxEventBytes);
  return { keys, hasSmall, starts, ends, faults };
}

const eventTooLarge = (max: number): SeismoError =>
  new SeismoError('EVENT_TOO_LARGE', `The event is larger than ${max} bytes.`);

const tooDense = (max: number): SeismoError =>
  new SeismoError('EVENT_TOO_LARGE', `The event has more than ${max} brackets and commas.`);

const tooManyKeys = (max: number): SeismoError =>
  new SeismoError('EVENT_PROPERTIES_TOO_MANY', `The event has more than ${max} keys.`, {
    field: 'data',
  });

/** The body with a 0 in place of each event that exceeds a limit, so that the others can be parsed. */
export function withoutFaulty(bytes: Uint8Array, { faults, starts, ends }: Scan): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  for (const index of faults.keys()) {
    const start = starts[index];
    // If it never ends, the body is not JSON, as the parser will report.
    if (start === undefined) continue;
    copy.fill(SPACE, start, ends[index]);
    copy[start] = ZERO;
  }
  return copy;
}

/** Whether the string at `start` is the key `events`, with any escapes. */
function isEvents(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > '"events"'.length * ESCAPED) return false;
  try {
    return JSON.parse(Buffer.from(bytes.subarray(start, end)).toString('utf8')) === 'events';
  } catch {
    // It is not JSON, as the parser will report.
    return false;
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpace(bytes[at]!)) return false;
  return true;
}

const isSpace = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;
/** `\\u0065` for `e`. */
const ESCAPED = 6;
const SPACE = 32;
const ZERO = 48;
const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const COMMA = 44;
const MINUS = 45;
const BRACKET = 91;
const LETTER_E = 101;
/** `[` and `]` differ from the brackets of objects by one bit. */
const BRACE = 123;
const BRACE_END = 125;
