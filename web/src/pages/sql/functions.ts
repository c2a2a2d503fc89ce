/** Inserted by the build (web/vite.config.ts): the functions that the server's SQL may call. */
declare const SQL_FUNCTION_NAMES: readonly string[];

export const FUNCTION_NAMES: readonly string[] = SQL_FUNCTION_NAMES;

/** The columns of the table `events`, named as in docs/analyze/sql.md and the server's errors. */
export const COLUMNS: readonly { readonly name: string; readonly means: string }[] = [
  { name: 'event', means: 'name' },
  { name: 'id', means: 'id of the event' },
  { name: 'user', means: 'who' },
  { name: 'device', means: 'anonymous id' },
  { name: 'session', means: 'session' },
  { name: 'person', means: 'user, else device' },
  { name: 'timestamp', means: 'when' },
  { name: 'receivedAt', means: 'when it arrived' },
  { name: 'uuid', means: 'identity' },
];
