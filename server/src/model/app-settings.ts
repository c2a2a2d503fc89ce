/** The settings of one app (`PATCH /api/apps/:app`). Absent ones come from the configuration. */
export interface AppSettings {
  readonly name?: string;
  /** IANA */
  readonly timeZone?: string;
  readonly weekStart?: WeekStart;
  /** Events older than this many days are deleted. Absent: kept forever. */
  readonly retentionDays?: number;
  /** Of the dashboard's page Web. */
  readonly goals?: readonly AppGoal[];
}

/** An event selector or a page, as the question `web` takes them. */
export type AppGoal = object;

/** A century: the longest age of an event that a setting can name. */
export const EVENT_AGE_MAX_DAYS = 36_500;

export const WEEK_STARTS = ['sunday', 'monday'] as const;
export type WeekStart = (typeof WEEK_STARTS)[number];
