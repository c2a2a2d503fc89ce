/** A day of 24 hours; days of a calendar are in time/calendar.ts. */
export const DAY_MS = 86_400_000;
