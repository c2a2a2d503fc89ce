import { DAY_MS } from '../../model/duration.ts';

/** The limits for an event; each one is a setting in config.ts. Lengths are in UTF-16 units, sizes in bytes. */
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

/** A timestamp that is further ahead than this becomes the time of arrival (API.md). */
export const FUTURE_MAX_MS = DAY_MS;
/** Maximum number of rejections listed in an answer (API.md). */
export const REJECTED_LISTED_MAX = 1_000;
/** Maximum number of properties named in an answer because they are not indexed. */
export const NOT_INDEXED_LISTED_MAX = 100;
