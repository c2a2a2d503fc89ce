/** What can be set for one app (`PATCH /api/apps/:app`); what is absent comes from the configuration. */
export interface AppSettings {
  readonly name?: string;
  /** IANA */
  readonly timeZone?: string;
  readonly weekStart?: WeekStart;
  /** Events older than so many days are deleted; absent: kept for ever. */
  readonly retentionDays?: number;
}

export const WEEK_STARTS = ['sunday', 'monday'] as const;
export type WeekStart = (typeof WEEK_STARTS)[number];
