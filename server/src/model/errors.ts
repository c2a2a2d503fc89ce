/**
 * The one table of errors. `docs/errors.md` is generated from it, and a test compares both.
 * `kind` says whose fault it is: the caller's, the machine's (disk, network, engine: retry), or ours (a bug).
 */
export interface ErrorEntry {
  readonly status: number;
  readonly kind: 'caller' | 'machine' | 'bug';
  readonly title: string;
  /** What the reader can do about it. */
  readonly remedy: string;
  /** Seconds for `Retry-After`; present when the same request may succeed later. */
  readonly retryAfterSeconds?: number;
}

const caller = (status: number, title: string, remedy: string, retryAfterSeconds?: number): ErrorEntry =>
  retryAfterSeconds === undefined
    ? { status, kind: 'caller', title, remedy }
    : { status, kind: 'caller', title, remedy, retryAfterSeconds };
const machine = (title: string, remedy: string, retryAfterSeconds: number): ErrorEntry => ({
  status: 503,
  kind: 'machine',
  title,
  remedy,
  retryAfterSeconds,
});

export const ERRORS = {
  // — events —
  EVENT_NOT_OBJECT: caller(400, 'An event must be a JSON object', 'Send {"event": "name", "data": {…}}.'),
  EVENT_FIELD_UNKNOWN: caller(400, 'The event has an unknown field', 'Put your own values inside "data".'),
  EVENT_NAME_MISSING: caller(400, 'The event has no name', 'Send the name as the text "event".'),
  EVENT_NAME_INVALID: caller(400, 'The event name is invalid', 'Send text within the length limit.'),
  EVENT_ID_INVALID: caller(400, 'The event id is invalid', 'Send text within the length limit, or leave it out.'),
  EVENT_UUID_INVALID: caller(400, 'The uuid is invalid', 'Send a UUID or other text within the length limit.'),
  EVENT_APP_MISMATCH: caller(400, 'The event names another app', 'Leave "app" out, or post to that app.'),
  EVENT_TIMESTAMP_INVALID: caller(
    400,
    "The time can't be read",
    'Send ISO 8601, or milliseconds or seconds since 1970.',
  ),
  EVENT_TIMESTAMP_OUT_OF_RANGE: caller(400, 'The time is out of range', 'Send a time from 1970-01-01 to 2100-01-01.'),
  EVENT_TOO_OLD: caller(
    400,
    "The event is older than the app's data retention",
    "Raise the app's retentionDays, or drop the event.",
  ),
  EVENT_TOO_OLD_FOR_KEY: caller(
    400,
    'The event is older than this key may send',
    "Send it with an admin's token or a trusted key, import it, or raise keyMaxAgeDays.",
  ),
  EVENT_USER_INVALID: caller(
    400,
    'user, device or session is invalid',
    'Send the id your app uses, as text or a number, or leave the field out. "", "null", "undefined", "NaN" and "[object Object]" are not ids, and $identify accepts neither "0" nor "anonymous".',
  ),
  EVENT_FROM_BOT: caller(
    400,
    'The page view came from a bot',
    'Nothing is wrong: page views by crawlers and automated browsers are not counted. Set keepBotPageViews to store them, marked as bots.',
  ),
  EVENT_DATA_INVALID: caller(400, 'data must be a JSON object', 'Send "data": {"name": value}.'),
  EVENT_NUMBER_UNSAFE: caller(400, 'A number is too large or too precise for a double', 'Send it as text.'),
  EVENT_TEXT_INVALID: caller(400, "A text can't be encoded as UTF-8", 'Remove the lone surrogate.'),
  EVENT_KEY_REPEATED: caller(400, 'An object has the same key twice', 'Send each key once.'),
  EVENT_KEY_TOO_LONG: caller(400, 'A property name is too long', 'Shorten the name, or raise propertyNameMaxLength.'),
  EVENT_PROPERTIES_TOO_MANY: caller(400, 'The event has too many properties', 'Send fewer, or raise propertiesMax.'),
  EVENT_TOO_DEEP: caller(400, 'data is nested too deeply', 'Flatten it, or raise dataDepthMax.'),
  EVENT_TOO_LARGE: caller(413, 'The event is too large', 'Send less in one event, or raise eventMaxBytes.'),
  EVENT_NAMES_TOO_MANY: caller(
    400,
    'The app has too many event names',
    'Put the varying part in data, not in the name.',
  ),
  BATCH_ALL_REJECTED: caller(400, 'Every event of the batch was rejected', 'See "rejected" for the reasons.'),
  APP_NAME_INVALID: caller(
    400,
    'The app name is invalid',
    'Use 1 to 64 letters, digits, dots, underscores or hyphens, starting with a letter or digit.',
  ),
  // — bodies —
  BODY_NOT_JSON: caller(400, 'The body is not JSON', 'Send a JSON object, a JSON array or NDJSON.'),
  BODY_NOT_UTF8: caller(400, 'The body is not UTF-8', 'Encode the body as UTF-8.'),
  BODY_EMPTY: caller(400, 'The body is empty', 'Send a JSON object, a JSON array or NDJSON.'),
  BODY_TOO_LARGE: caller(413, 'The body is too large', 'Send smaller batches or NDJSON, or raise bodyMaxBytes.'),
  BODY_ENCODING_UNKNOWN: caller(415, 'The Content-Encoding is not supported', 'Use gzip, deflate, br or none.'),
  BODY_ENCODING_BROKEN: caller(
    400,
    "The compressed body can't be decompressed",
    'Send intact gzip, deflate or br data.',
  ),
  BODY_TYPE_UNSUPPORTED: caller(
    415,
    'The Content-Type is not supported',
    'Use application/json, text/plain or application/x-ndjson.',
  ),
  BODY_CUT_SHORT: caller(
    400,
    'The body is shorter than its Content-Length',
    'Send the whole body again. Events sent twice count once.',
  ),
  // — authentication —
  AUTH_REQUIRED: caller(401, 'Sign in first', 'Send a token from POST /auth, or a key, as X-Access-Token.'),
  AUTH_TOKEN_INVALID: caller(
    401,
    'The token or key is invalid or expired',
    'Send a key that Settings → Keys or `seismo key list` shows, or a new token from POST /auth.',
  ),
  AUTH_FAILED: caller(401, 'Wrong username or password', 'Check both. `seismo user list` shows the usernames.'),
  AUTH_FORBIDDEN: caller(
    403,
    'This account or key is not allowed to do that',
    'Use an admin account, or a key with the right app and scope.',
  ),
  AUTH_CROSS_SITE: caller(
    403,
    "Another site can't change anything with a cookie alone",
    'Send the token in X-Access-Token.',
  ),
  AUTH_ORIGIN_REFUSED: caller(403, 'This key is not allowed on this origin', 'Add the origin to the key.'),
  AUTH_TOO_MANY: caller(429, 'Too many failed sign-ins', 'Wait for the time in Retry-After.', 60),
  AUTH_BUSY: caller(429, 'Too many sign-ins at once', 'Try again in a second.', 1),
  SESSION_UNKNOWN: caller(404, 'Session not found', 'GET /auth/sessions lists your sessions.'),
  RATE_LIMITED: caller(
    429,
    'The key is over its rate limit',
    'Wait for the time in Retry-After, or use a key with a higher rate.',
    1,
  ),
  RATE_BATCH_TOO_LARGE: caller(
    413,
    "The batch is larger than the key's rate ever allows at once",
    'Send smaller batches, or use a key with a higher rate.',
  ),
  QUOTA_REACHED: caller(
    429,
    'The app has used up its daily quota',
    'Wait for the time in Retry-After (midnight UTC), or raise eventsPerDayMax or bytesPerDayMax.',
    3_600,
  ),
  GITHUB_UNAVAILABLE: machine('GitHub did not answer', 'Try again, or sign in with a password.', 10),
  USER_EXISTS: caller(409, 'The user already exists', 'Choose another name, or remove the user first.'),
  USER_INVALID: caller(
    400,
    'The user is invalid',
    'Send a name, a role (admin or viewer), and a password of at least 12 characters (72 bytes at most) that is hard to guess.',
  ),
  USER_LAST_ADMIN: caller(409, 'There must be at least one admin', 'Make another user an admin first.'),
  USER_UNKNOWN: caller(404, 'User not found', '`seismo user list` shows the usernames.'),
  USER_CONFIGURED: caller(409, 'The user is defined in the configuration', 'Change the configuration instead.'),
  KEY_UNKNOWN: caller(404, 'Key not found', '`seismo key list` shows the keys.'),
  KEY_TAKEN: caller(409, 'The key exists already', 'Use that key, or revoke it first with `seismo key revoke`.'),
  KEY_INVALID: caller(
    400,
    'The key is invalid',
    'Send app, scope (read or write), and optionally key, origins, eventsPerSecond, bytesPerSecond and trusted.',
  ),
  // — queries —
  PARAMETER_UNKNOWN: caller(400, 'Unknown parameter', 'Remove it. The detail lists the known parameters.'),
  PARAMETER_INVALID: caller(400, 'Invalid parameter', 'Correct it as the detail says.'),
  QUESTION_INVALID: caller(400, "Can't run this query", 'Correct the field named in the detail.'),
  CURSOR_INVALID: caller(400, 'The cursor is invalid', 'Follow the Link header, or start again without a cursor.'),
  RANGE_TOO_MANY_BUCKETS: caller(400, 'The range has too many buckets', 'Choose a longer interval or a shorter range.'),
  ERASE_FILTER_MISSING: caller(400, 'Erasing needs a filter', 'Say what to erase, or send all=true.'),
  ERASURE_UNKNOWN: caller(404, 'Erasure not found', 'List the erasures of the app. Old ones are deleted.'),
  ERASURE_TOO_MANY: caller(
    429,
    'Too many erasures are waiting',
    'Wait until some are done. One erasure can name many users: user[in]=ann,bob.',
    30,
  ),
  APP_SETTINGS_INVALID: caller(400, 'The app settings are invalid', 'Correct the field named in the detail.'),
  NOT_FOUND: caller(404, 'Not found', 'See /openapi.json for the available routes.'),
  METHOD_NOT_ALLOWED: caller(405, 'Method not allowed', 'See /openapi.json for the available methods.'),
  HEADERS_TOO_LARGE: caller(431, 'The headers are too large', 'Send fewer or shorter headers, or a shorter URL.'),
  REQUEST_INVALID: caller(400, 'Invalid request', 'Correct what the detail names.'),
  PROPERTY_NOT_INDEXED: caller(
    400,
    'The property is not indexed',
    'Filter by another field. To index new properties, raise propertyNamesMax or erase events with names that nobody needs, then import the events again.',
  ),
  QUERY_LIMIT_TIME: caller(422, 'The query hit the time limit', 'Choose a shorter range, or raise queryMaxSeconds.'),
  QUERY_LIMIT_MEMORY: caller(
    422,
    'The query hit the memory limit',
    'Choose a shorter range or fewer groups, or raise queryMaxBytes.',
  ),
  QUERY_LIMIT_ROWS: caller(
    422,
    'The result has too many rows',
    'Choose a shorter range or fewer groups, or raise queryMaxRows.',
  ),
  QUERY_LIMIT_SIZE: caller(
    422,
    'The query is too large for the ClickHouse server',
    'Shorten it, or raise http_max_fields and http_max_field_value_size for the ClickHouse user.',
  ),
  QUERY_TOO_MANY: caller(429, 'Too many of your queries are waiting', 'Wait for results before you send more.', 5),
  QUERY_WAITED_TOO_LONG: machine(
    'The query waited too long behind others',
    'Retry. Heavy queries by others were running.',
    5,
  ),
  TIME_ZONES_TOO_MANY: caller(
    429,
    'Too many different time zones',
    "Use the app's time zone or one you used before, or wait for the time in Retry-After.",
    600,
  ),
  EVENT_TIMESTAMP_MISSING: caller(
    400,
    'An imported row has no time',
    'Name its column with --time, or set a time for such rows with --default-time.',
  ),
  IMPORT_OUT_OF_STEP: caller(
    409,
    'Another run of this import is further ahead',
    'Run `seismo import` again. It continues where the other run is.',
  ),
  // — saved items —
  SAVED_UNKNOWN: caller(404, 'Not found among the saved items', 'List the saved items. Ids differ by app and kind.'),
  SAVED_TOO_MANY: caller(409, 'The app has too many saved items', 'Delete some that nobody uses.'),
  SAVED_IN_USE: caller(409, 'The item is in use', 'Change or delete what "usedBy" lists first.'),
  VERSION_STALE: caller(409, 'Someone else changed it', 'Load it again, and apply your change to the current version.'),
  VERSION_MISSING: caller(
    428,
    'The change does not name a version',
    'Send the version you loaded, as "version" or in If-Match.',
  ),
  SHARE_UNKNOWN: caller(
    404,
    'Link not found',
    'It may be mistyped, expired or revoked. Ask the person who shared it for a new one.',
  ),
  SHARE_REFUSED: caller(
    409,
    "This can't be shared by a link",
    'Share reports that count: no user lists, no single events, no SQL.',
  ),
  SHARE_BUSY: caller(429, 'The link gets too many requests', 'Wait for the time in Retry-After.', 2),
  MOVE_NOT_POSSIBLE: caller(
    409,
    "The events can't be moved there",
    'Name another place as the detail says, or cancel the move that is running.',
  ),
  // — the machine —
  JOURNAL_FULL: machine(
    'The journal is full',
    'Retry. The engine may be down, or the disk full or slow: see `seismo stats`.',
    5,
  ),
  JOURNAL_UNAVAILABLE: machine("Can't write to the journal", 'Retry, and check the disk of the data directory.', 5),
  STORE_UNAVAILABLE: machine('The engine is not responding', 'Retry. It is restarting or reconnecting.', 2),
  // Not to be tried again: waiting does not help.
  STORE_SCHEMA_NEWER: {
    status: 500,
    kind: 'machine',
    title: 'A newer version of Seismo stored these events',
    remedy: 'Run that version. To go back, restore the backup made before its first start.',
  },
  STORE_BEHIND: machine('The store is still catching up', 'Retry, or query with fresh=false.', 2),
  STORE_FILLING: machine(
    'The engine is being filled from MongoDB',
    'Retry when it is filled; `seismo rebuild` shows the progress.',
    30,
  ),
  SERVER_STOPPING: machine('The server is stopping', 'Retry when the server has restarted.', 2),
  LIVE_TOO_MANY: machine('Too many live connections', 'Close some, or raise liveListenersMax.', 10),
  SERVER_BUSY: machine('Too many requests at once', 'Retry.', 1),
  // — bugs —
  BUG: {
    status: 500,
    kind: 'bug',
    title: 'A bug in Seismo',
    remedy: 'Please report it with the instance of this answer.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorOptions {
  /** The field, parameter or setting at fault. */
  readonly field?: string;
  /** Kept for the log, never shown to a caller. */
  readonly cause?: unknown;
  /** More members for the problem+json answer (`rejected`, `accepted`, `nextIndex`…). */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** A failure with a stable code. `detail` is shown to callers: it names the field, the rule and the fix. */
export class SeismoError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly field: string | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, detail: string, options: ErrorOptions = {}) {
    // A caller's fault is an answer, and one body can cause 200,000 of them. No one reads their stack traces, which take ten times as long to record.
    const { stackTraceLimit } = Error;
    if (ERRORS[code].kind === 'caller') Error.stackTraceLimit = 0;
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'SeismoError';
    this.code = code;
    this.detail = detail;
    this.field = options.field;
    this.extra = options.extra;
    const entry: ErrorEntry = ERRORS[code];
    this.retryAfterSeconds = options.retryAfterSeconds ?? entry.retryAfterSeconds;
  }

  get entry(): ErrorEntry {
    return ERRORS[this.code];
  }
}

/** One of our own invariants: throws a BUG if it does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition)
    throw new SeismoError('BUG', 'Something went wrong in the server.', { cause: new Error(`BUG: ${message}`) });
}
