import { SeismoError } from '../../model/errors.ts';
import { IDENTIFY, PAGE_VIEW_IDS } from '../../model/event.ts';
import type { Poster } from '../../model/poster.ts';
import { REQUEST_PROPERTIES } from '../../model/request-properties.ts';
import type { EventLimits } from './limits.ts';
import { flattenData, type Indexed, type Properties } from './properties.ts';

export interface DataRules {
  readonly poster: Poster;
  readonly limits: EventLimits;
  readonly indexed: Indexed;
}

/** What was sent as `data`, and its properties. Undefined if there is none. */
export interface EventData {
  readonly value: object;
  readonly properties: Properties;
}

/** @throws EVENT_FROM_BOT, EVENT_DATA_INVALID, and what flattenData throws */
export function dataOf(given: unknown, id: string, { poster, limits, indexed }: DataRules): EventData | undefined {
  const value = markedData(given, id, poster);
  if (value === undefined || value === null) return undefined;
  if (!isObject(value))
    throw new SeismoError(
      'EVENT_DATA_INVALID',
      `\`data\` must be an object, not ${Array.isArray(value) ? 'an array' : `a ${typeof value}`}.`,
      { field: 'data' },
    );
  return { value, properties: flattenData(value, limits, indexed) };
}

/** What was sent, with what the request says about its visitor and whether it is a bot. @throws EVENT_FROM_BOT */
function markedData(given: unknown, id: string, { bot, properties, isTrusted }: Poster): unknown {
  if (!bot && !properties) return given;
  if (bot && !bot.keepsPageViews && PAGE_VIEW_IDS.has(id))
    throw new SeismoError('EVENT_FROM_BOT', `A \`${id}\` event sent by a bot is not counted (\`keepBotPageViews\`).`);
  if (given !== undefined && given !== null && !isObject(given)) return given;
  const mark = bot && { $bot: true };
  // The data of an `$identify` are traits of the user, whichever browser they have at the moment.
  if (!properties || id === IDENTIFY) return mark ? { ...given, ...mark } : given;
  // A page sends for its visitor only; a trusted key may send for others, and knows better.
  if (isTrusted) return { ...properties, ...given, ...mark };
  return { ...withoutReserved(given), ...properties, ...mark };
}

/** A page cannot say anything else about its visitor than its request does. */
function withoutReserved(given: object | null | undefined): object | null | undefined {
  if (!given || !REQUEST_PROPERTIES.some((name) => name in given)) return given;
  const rest: Record<string, unknown> = { ...given };
  for (const name of REQUEST_PROPERTIES) delete rest[name];
  return rest;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
