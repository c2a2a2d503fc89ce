import { isAscii, isUtf8 } from 'node:buffer';
import { SeismoError } from '../../model/errors.ts';
import { propertyName } from '../../model/property-name.ts';
import type { RejectedEvent } from '../../row/committed-rows.ts';
import { type Glance, glanceAt, hiddenFaults, keysOf, mayVanish } from '../../row/json-scan.ts';
import { keysOfPath } from '../../row/shape.ts';
import { parseTime } from '../accept/event-time.ts';
import { type EventLimits, NOT_INDEXED_LISTED_MAX, REJECTED_LISTED_MAX } from '../accept/limits.ts';
import type { Accepted } from '../accept/posted-uuid.ts';
import { RowWriter } from '../accept/row-writer.ts';
import { type ValidationContext, validateEvent } from '../accept/validate-event.ts';
import type { Line } from './lines.ts';
import { checkStructure, withoutFaulty } from './structure.ts';

export interface Rejection {
  readonly index: number;
  readonly code: string;
  readonly detail: string;
}

/** The result of a body. */
export interface EventBatch {
  readonly single: boolean;
  readonly writer: RowWriter;
  readonly starts: number[];
  readonly kinds: Accepted[];
  readonly rejected: Rejection[];
  rejectedTotal: number;
  /** Why the last one was rejected; for a single event, why it was. */
  lastError: SeismoError | undefined;
  /** The last ones, with what was sent, for live subscriptions. */
  rejectedEvents: RejectedEvent[];
  /** Paths of properties that were stored but are not indexed (known-names.ts). */
  notIndexed: ReadonlySet<string> | undefined;
}

/** A body as text. For pure ASCII, `latin1` is faster and gives the same result. */
export function textOf(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw new SeismoError('BODY_NOT_UTF8', 'The body is not UTF-8.');
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.toString('utf8', start);
}

export interface ParsedBody {
  readonly value: unknown;
  readonly text: string;
  readonly glance: Glance;
  /** Of events that exceed a limit before they are parsed. */
  readonly faults?: ReadonlyMap<number, SeismoError>;
}

/** @throws BODY_EMPTY, BODY_NOT_UTF8, BODY_NOT_JSON, and what checkStructure throws for bodies that would be expensive to parse */
export function parseBody(bytes: Buffer, limits: EventLimits): ParsedBody {
  const glance = glanceAt(bytes);
  const scan = checkStructure(glance, bytes, limits);
  if (scan === undefined || scan.faults.size === 0) {
    const text = textOf(bytes);
    return { value: parseText(text, bytes.length), text, glance };
  }
  const text = textOf(Buffer.from(withoutFaulty(bytes, scan).buffer));
  return { value: parseText(text, bytes.length), text, glance, faults: scan.faults };
}

/** @throws BODY_EMPTY, BODY_NOT_JSON */
export function parseText(text: string, bytes: number): unknown {
  if (text.trim() === '') throw new SeismoError('BODY_EMPTY', 'The body is empty.');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SeismoError('BODY_NOT_JSON', `The body of ${bytes} bytes is not valid JSON.`, { cause });
  }
}

/** The events of a body, by its structure. */
export function eventsOf(
  value: unknown,
  limits: EventLimits,
): { events: readonly unknown[]; depth: 0 | 1 | 2; sentAt: number | undefined } {
  if (Array.isArray(value)) return { events: checkCount(value, limits), depth: 1, sentAt: undefined };
  if (typeof value === 'object' && value !== null && 'events' in value && Array.isArray(value.events)) {
    for (const key of Object.keys(value))
      if (key !== 'events' && key !== 'sentAt')
        throw new SeismoError(
          'EVENT_FIELD_UNKNOWN',
          `A batch has the fields \`events\` and \`sentAt\`, not \`${key.slice(0, 80)}\`.`,
          {
            field: key.slice(0, 80),
          },
        );
    const sentAt = 'sentAt' in value && value.sentAt !== null ? parseTime(value.sentAt, 'sentAt') : undefined;
    return { events: checkCount(value.events, limits), depth: 2, sentAt };
  }
  return { events: [value], depth: 0, sentAt: undefined };
}

function checkCount(events: readonly unknown[], { batchEventsMax }: EventLimits): readonly unknown[] {
  if (events.length > batchEventsMax)
    throw new SeismoError(
      'BODY_TOO_LARGE',
      `The batch has ${events.length} events; a JSON body can have at most ${batchEventsMax} (\`batchEventsMax\`). Send several bodies, or NDJSON.`,
    );
  return events;
}

export function newBatch(single: boolean, writer = new RowWriter(4 * 1024)): EventBatch {
  return {
    single,
    writer,
    starts: [],
    kinds: [],
    rejected: [],
    rejectedTotal: 0,
    lastError: undefined,
    rejectedEvents: [],
    notIndexed: undefined,
  };
}

/** Accepts one event into the batch, or lists why it was rejected. */
export function addEvent(batch: EventBatch, value: unknown, index: number, context: ValidationContext): void {
  const start = batch.writer.length;
  try {
    const kind = validateEvent(value, context, batch.writer);
    batch.starts.push(start);
    batch.kinds.push(kind);
  } catch (error) {
    if (!(error instanceof SeismoError)) throw error;
    rejectEvent(batch, index, error, value);
  }
}

/** Accepts one line of NDJSON into the batch, or lists why it was rejected. */
export function addLine(batch: EventBatch, line: Line, index: number, context: ValidationContext): void {
  if (line instanceof SeismoError) {
    rejectEvent(batch, index, line, undefined);
    return;
  }
  try {
    const parsed = parseBody(line, context.limits);
    const fault = hiddenFaultsOf(parsed, 0, parsed.glance).get(0);
    if (fault) rejectEvent(batch, index, fault, parsed.value);
    else addEvent(batch, parsed.value, index, context);
  } catch (error) {
    if (!(error instanceof SeismoError)) throw error;
    rejectEvent(batch, index, error, line);
  }
}

/** @param value what was sent, as far as it is known */
export function rejectEvent(batch: EventBatch, index: number, error: SeismoError, value: unknown): void {
  batch.rejectedTotal++;
  batch.lastError = error;
  const { code, detail, field } = error;
  if (batch.rejected.length < REJECTED_LISTED_MAX) batch.rejected.push({ index, code, detail });
  // In steps, because removing one from the front of a long list moves all others.
  if (batch.rejectedEvents.length >= 2 * REJECTED_LISTED_MAX)
    batch.rejectedEvents = batch.rejectedEvents.slice(-REJECTED_LISTED_MAX);
  batch.rejectedEvents.push({ code, detail, field, index: batch.single ? undefined : index, value });
}

/** @throws BATCH_ALL_REJECTED if nothing was accepted and something was rejected */
export function batchAnswer(batch: EventBatch, accepted: number, duplicates: number): string {
  const { rejected, rejectedTotal } = batch;
  if (rejectedTotal > 0 && accepted + duplicates === 0)
    throw new SeismoError('BATCH_ALL_REJECTED', `None of the ${rejectedTotal} events was accepted.`, {
      extra: { accepted, duplicates, rejectedTotal, rejected },
    });
  return JSON.stringify({ accepted, duplicates, rejectedTotal, rejected, ...notIndexedOf(batch) });
}

/** Notes some of the properties of a request that were not indexed. */
export function noteNotIndexed(batch: EventBatch, { indexed: { left } }: ValidationContext): void {
  if (left === undefined) return;
  const all = [...(batch.notIndexed ?? []), ...left].slice(0, NOT_INDEXED_LISTED_MAX);
  batch.notIndexed = new Set(all);
}

/** For an answer: the properties as in filters, or nothing if all are indexed. */
export function notIndexedOf({ notIndexed }: EventBatch): { readonly notIndexed?: readonly string[] } {
  if (notIndexed === undefined || notIndexed.size === 0) return {};
  return { notIndexed: [...notIndexed].map((path) => propertyName(keysOfPath(path))) };
}

/**
 * The events of a text with something that JSON.parse silently drops: a repeated key, of which it keeps the last, or a number too
 * small for a double, which it turns into 0. Nothing that was sent may disappear like that. Returns the first fault of each event.
 * @throws EVENT_KEY_REPEATED, EVENT_NUMBER_UNSAFE if it is outside of the events
 */
export function hiddenFaultsOf(
  { value, text }: { readonly value: unknown; readonly text: string },
  depth: 0 | 1 | 2,
  glance: Pick<Glance, 'keys' | 'hasSmall'>,
): ReadonlyMap<number, SeismoError> {
  const found = new Map<number, SeismoError>();
  if (glance.keys === keysOf(value) && !mayVanish(text, glance)) return found;
  for (const { index, key, number } of hiddenFaults(text, depth)) {
    const error = key === undefined ? vanished(number ?? '') : repeated(key.slice(0, 80));
    if (index < 0) throw error;
    found.set(index, error);
  }
  return found;
}

const repeated = (field: string): SeismoError =>
  new SeismoError('EVENT_KEY_REPEATED', `The key \`${field}\` appears twice in one object.`, { field });

const vanished = (number: string): SeismoError =>
  new SeismoError(
    'EVENT_NUMBER_UNSAFE',
    `The number ${number.length > 40 ? `${number.slice(0, 40)}…` : number} is too small for a double, which would make it 0. Send it as a string.`,
    { field: 'data' },
  );
