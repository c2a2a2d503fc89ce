/** The default of `exactUsersMaxRows`: up to this number of events in a range, users are counted exactly (docs/decisions/exact-users.md). */
export const EXACT_USERS_MAX_ROWS = 1_000_000;
