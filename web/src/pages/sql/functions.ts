/** Put in by the build (web/vite.config.ts): what the server's SQL may call. */
declare const SQL_FUNCTION_NAMES: readonly string[];

export const FUNCTION_NAMES: readonly string[] = SQL_FUNCTION_NAMES;

/** Of the table `events`, as docs/analyze/sql.md and the server's refusals name them. */
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
