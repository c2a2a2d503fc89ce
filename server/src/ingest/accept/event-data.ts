import { SeismoError } from '../../model/errors.ts';
import { PAGE_VIEW_IDS } from '../../model/event.ts';
import type { Poster } from '../../model/poster.ts';
import type { EventLimits } from './limits.ts';
import { flattenData, type Indexed, type Properties } from './properties.ts';

export interface DataRules {
  readonly poster: Poster;
  readonly limits: EventLimits;
  readonly indexed: Indexed;
}

/** What was sent as `data`, and the properties that it holds; undefined when there is none. */
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
      `data must be an object, not ${Array.isArray(value) ? 'an array' : `a ${typeof value}`}.`,
      { field: 'data' },
    );
  return { value, properties: flattenData(value, limits, indexed) };
}

/** What was sent, marked when it is a bot's. @throws EVENT_FROM_BOT */
function markedData(given: unknown, id: string, { bot }: Poster): unknown {
  if (!bot) return given;
  if (!bot.keepsPageViews && PAGE_VIEW_IDS.has(id))
    throw new SeismoError('EVENT_FROM_BOT', `"${id}" of a bot is not counted (keepBotPageViews).`);
  return given === undefined || given === null ? { $bot: true } : isObject(given) ? { ...given, $bot: true } : given;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
