import { DAY_MS } from '../../model/duration.ts';

/** The bounds an event is held to; each is a setting of config.ts. Lengths are characters (UTF-16 units), sizes bytes. */
export interface EventLimits {
  readonly bodyMaxBytes: number;
  readonly eventMaxBytes: number;
  readonly eventNameMaxLength: number;
  readonly userMaxLength: number;
  readonly uuidMaxLength: number;
  readonly propertiesMax: number;
  readonly dataDepthMax: number;
  readonly propertyNameMaxLength: number;
  readonly lineMaxBytes: number;
  readonly batchEventsMax: number;
}

/** Further ahead than this, a timestamp is set to the time of arrival (API.md). */
export const FUTURE_MAX_MS = DAY_MS;
/** As many refusals are listed in an answer (API.md). */
export const REJECTED_LISTED_MAX = 1_000;
/** As many properties that are not indexed are named in an answer. */
export const NOT_INDEXED_LISTED_MAX = 100;
