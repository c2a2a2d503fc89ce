/**
 * The one table of what Seismo may refuse or fail with. `docs/errors.md` is generated from it and a test compares both.
 * `kind` says whose fault it is: `caller` (a refusal), `machine` (disk, network, engine: retry), `bug` (ours).
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
  EVENT_FIELD_UNKNOWN: caller(400, 'The event has a field Seismo does not know', 'Put your own values inside "data".'),
  EVENT_NAME_MISSING: caller(400, 'The event has no name', 'Send the name as the text "event".'),
  EVENT_NAME_INVALID: caller(400, 'The event name is not usable', 'Send a text within the length limit.'),
  EVENT_ID_INVALID: caller(400, 'The event id is not usable', 'Send a text within the length limit, or leave it out.'),
  EVENT_UUID_INVALID: caller(400, 'The uuid is not usable', 'Send a UUID or another text within the length limit.'),
  EVENT_APP_MISMATCH: caller(400, 'The event names another app', 'Leave "app" out, or post to that app.'),
  EVENT_TIMESTAMP_INVALID: caller(
    400,
    'The time is not readable',
    'Send ISO 8601, or milliseconds or seconds since 1970.',
  ),
  EVENT_TIMESTAMP_OUT_OF_RANGE: caller(400, 'The time is out of range', 'Send a time from 1970-01-01 to 2100-01-01.'),
  EVENT_TOO_OLD: caller(
    400,
    'The event is older than the app keeps',
    'Raise retentionDays of the app, or drop the event.',
  ),
  EVENT_TOO_OLD_FOR_KEY: caller(
    400,
    'The event is older than the key may post',
    "Post it with an admin's token or a trusted key, import it, or raise keyMaxAgeDays.",
  ),
  EVENT_USER_INVALID: caller(
    400,
    'user, device or session is not usable',
    'Send the id that your app knows, as a text or number, or leave the field out. "", "null", "undefined", "NaN" and "[object Object]" are no ids, and $identify takes neither "0" nor "anonymous".',
  ),
  EVENT_FROM_BOT: caller(
    400,
    "The page view is a bot's",
    'Nothing is wrong: views by crawlers and driven browsers are not counted. Set keepBotPageViews to store them, marked.',
  ),
  EVENT_DATA_INVALID: caller(400, 'data must be a JSON object', 'Send "data": {"name": value}.'),
  EVENT_NUMBER_UNSAFE: caller(400, 'A number does not fit a double', 'Send it as a text.'),
  EVENT_TEXT_INVALID: caller(400, 'A text holds what UTF-8 cannot', 'Remove the lone surrogate.'),
  EVENT_KEY_REPEATED: caller(400, 'A key stands twice in one object', 'Send each key once.'),
  EVENT_KEY_TOO_LONG: caller(400, 'A property name is too long', 'Shorten the name, or raise propertyNameMaxLength.'),
  EVENT_PROPERTIES_TOO_MANY: caller(400, 'The event has too many properties', 'Send fewer, or raise propertiesMax.'),
  EVENT_TOO_DEEP: caller(400, 'data is nested too deeply', 'Flatten it, or raise dataDepthMax.'),
  EVENT_TOO_LARGE: caller(413, 'The event is too large', 'Send less in one event, or raise eventMaxBytes.'),
  EVENT_NAMES_TOO_MANY: caller(
    400,
    'The app has too many event names',
    'Put what varies into data, not into the name.',
  ),
  BATCH_ALL_REJECTED: caller(400, 'No event of the batch could be accepted', 'See "rejected" for each reason.'),
  APP_NAME_INVALID: caller(
    400,
    'The app name is not usable',
    'Use 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit.',
  ),
  // — bodies —
  BODY_NOT_JSON: caller(400, 'The body is not JSON', 'Send a JSON object, a JSON array or NDJSON.'),
  BODY_NOT_UTF8: caller(400, 'The body is not UTF-8', 'Encode the body as UTF-8.'),
  BODY_EMPTY: caller(400, 'The body is empty', 'Send a JSON object, a JSON array or NDJSON.'),
  BODY_TOO_LARGE: caller(413, 'The body is too large', 'Send smaller batches or NDJSON, or raise bodyMaxBytes.'),
  BODY_ENCODING_UNKNOWN: caller(415, 'The Content-Encoding is not supported', 'Use gzip, deflate, br or none.'),
  BODY_ENCODING_BROKEN: caller(400, 'The compressed body could not be inflated', 'Send intact gzip or br data.'),
  BODY_TYPE_UNSUPPORTED: caller(
    415,
    'The Content-Type is not supported',
    'Use application/json, text/plain or application/x-ndjson.',
  ),
  BODY_CUT_SHORT: caller(
    400,
    'The body ended before its announced length',
    'Send the whole body again; repeated events count once.',
  ),
  // — who —
  AUTH_REQUIRED: caller(401, 'Sign in first', 'Send a token from POST /auth, or a key, as X-Access-Token.'),
  AUTH_TOKEN_INVALID: caller(401, 'The token is not valid', 'Sign in again with POST /auth.'),
  AUTH_FAILED: caller(401, 'Name or password is wrong', 'Check both; `seismo user list` shows the names.'),
  AUTH_FORBIDDEN: caller(
    403,
    'This account or key may not do that',
    'Use an admin account, or a key of the right app and scope.',
  ),
  AUTH_CROSS_SITE: caller(
    403,
    'A cookie alone may not change anything from another site',
    'Send the token in X-Access-Token.',
  ),
  AUTH_ORIGIN_REFUSED: caller(403, 'This origin may not use the key', 'Add the origin to the key.'),
  AUTH_TOO_MANY: caller(429, 'Too many failed sign-ins', 'Wait as long as Retry-After says.', 60),
  AUTH_BUSY: caller(429, 'Too many sign-ins at once', 'Try again in a second.', 1),
  SESSION_UNKNOWN: caller(404, 'There is no such session', 'GET /auth/sessions lists yours.'),
  RATE_LIMITED: caller(
    429,
    'The key posts faster than its rate',
    'Wait as long as Retry-After says, or use a key of a higher rate.',
    1,
  ),
  RATE_BATCH_TOO_LARGE: caller(
    413,
    'The batch is more than the rate of the key ever takes at once',
    'Send smaller batches, or use a key of a higher rate.',
  ),
  QUOTA_REACHED: caller(
    429,
    'The app has reached its quota of the day',
    'Wait as long as Retry-After says (until midnight UTC), or raise eventsPerDayMax or bytesPerDayMax.',
    3_600,
  ),
  GITHUB_UNAVAILABLE: machine('GitHub did not answer', 'Try again, or sign in with a password.', 10),
  USER_EXISTS: caller(409, 'There is such a user already', 'Choose another name, or remove the user first.'),
  USER_INVALID: caller(
    400,
    'The user is not valid',
    'Send name, role admin or viewer, and a password of 12 characters to 72 bytes that is hard to guess.',
  ),
  USER_LAST_ADMIN: caller(409, 'Somebody must be an admin', 'Make another user an admin first.'),
  USER_UNKNOWN: caller(404, 'There is no such user', '`seismo user list` shows the names.'),
  USER_CONFIGURED: caller(409, 'The user stands in the configuration', 'Change the configuration instead.'),
  KEY_UNKNOWN: caller(404, 'There is no such key', '`seismo key list` shows them.'),
  KEY_INVALID: caller(
    400,
    'The key request is not valid',
    'Send app, scope (read or write), and optionally origins, eventsPerSecond, bytesPerSecond and trusted.',
  ),
  // — questions —
  PARAMETER_UNKNOWN: caller(400, 'There is no such parameter', 'Remove it; the detail lists what is known.'),
  PARAMETER_INVALID: caller(400, 'A parameter is not valid', 'Correct it as the detail says.'),
  QUESTION_INVALID: caller(400, 'The question is not valid', 'Correct the field that the detail names by its path.'),
  CURSOR_INVALID: caller(400, 'The cursor is not valid', 'Follow the Link header, or start again without cursor.'),
  RANGE_TOO_MANY_BUCKETS: caller(400, 'The range has too many buckets', 'Choose a longer interval or a shorter range.'),
  ERASE_FILTER_MISSING: caller(400, 'Erasing needs a filter', 'Name what to erase, or send all=true.'),
  APP_SETTINGS_INVALID: caller(400, 'The settings of the app are not valid', 'Correct the field the detail names.'),
  NOT_FOUND: caller(404, 'There is nothing here', 'See /openapi.json for what there is.'),
  METHOD_NOT_ALLOWED: caller(405, 'This method is not possible here', 'See /openapi.json.'),
  HEADERS_TOO_LARGE: caller(431, 'The headers are too large', 'Send fewer and shorter headers and a shorter address.'),
  REQUEST_INVALID: caller(400, 'The request is not valid', 'Correct what the detail names.'),
  PROPERTY_NOT_INDEXED: caller(
    400,
    'The property is not indexed',
    'Filter by another field. To index new properties, raise propertyNamesMax or erase events with names that nobody needs, then import the events again.',
  ),
  QUERY_LIMIT_TIME: caller(
    422,
    'The question took longer than allowed',
    'Ask for a shorter range, or raise queryMaxSeconds.',
  ),
  QUERY_LIMIT_MEMORY: caller(
    422,
    'The question needed more memory than allowed',
    'Ask for less, or raise queryMaxBytes.',
  ),
  QUERY_LIMIT_ROWS: caller(422, 'The answer has more rows than allowed', 'Ask for less, or raise queryMaxRows.'),
  QUERY_LIMIT_SIZE: caller(
    422,
    'The question is larger than the ClickHouse server takes',
    'Ask for less, or raise http_max_fields and http_max_field_value_size for the user of the server.',
  ),
  QUERY_TOO_MANY: caller(429, 'Too many questions of yours are waiting', 'Wait for answers before you ask more.', 5),
  QUERY_WAITED_TOO_LONG: machine(
    'The question waited too long behind others',
    'Retry; heavy questions of others were running.',
    5,
  ),
  TIME_ZONES_TOO_MANY: caller(
    429,
    'The engine would have to load too many time zones',
    'Use the time zone of the app or one that you used before, or wait as long as Retry-After says.',
    600,
  ),
  EVENT_TIMESTAMP_MISSING: caller(
    400,
    'A row of an import has no time',
    'Name its column with --time, or say with --default-time when such rows happened.',
  ),
  IMPORT_OUT_OF_STEP: caller(
    409,
    'Another run of this import has gone on meanwhile',
    'Run `seismo import` again: it goes on where the other one is.',
  ),
  // — what is saved —
  SAVED_UNKNOWN: caller(404, 'Nothing is saved under this id', 'List what there is; ids differ by app and kind.'),
  SAVED_TOO_MANY: caller(409, 'The app has too much saved', 'Delete what nobody uses.'),
  SAVED_IN_USE: caller(409, 'Others use what was to be deleted', 'Change or delete what "usedBy" lists first.'),
  VERSION_STALE: caller(409, 'It was changed since', 'Read it again, and change the version that is there now.'),
  VERSION_MISSING: caller(
    428,
    'The change does not say which version it changes',
    'Send the version that was read, as "version" or as If-Match.',
  ),
  SHARE_UNKNOWN: caller(404, 'The link leads nowhere', 'Ask whoever shared it: it is wrong, has ended or was revoked.'),
  SHARE_REFUSED: caller(
    409,
    'A link may not show that',
    'Share questions that count: no users, no single events, no SQL.',
  ),
  SHARE_BUSY: caller(429, 'The link is asked too often', 'Wait as long as Retry-After says.', 2),
  // — the machine —
  JOURNAL_FULL: machine(
    'The journal is full',
    'Retry; the engine may be away, the disk full or slow. See `seismo stats`.',
    5,
  ),
  JOURNAL_UNAVAILABLE: machine('The journal could not be written', 'Retry; check the disk of the data directory.', 5),
  STORE_UNAVAILABLE: machine('The engine is not answering', 'Retry; it is being restarted or reconnected.', 2),
  // Not to be tried again: waiting does not help.
  STORE_SCHEMA_NEWER: {
    status: 500,
    kind: 'machine',
    title: 'A newer Seismo stored the events',
    remedy: 'Run that version. To go back, restore the backup made before its first start.',
  },
  STORE_BEHIND: machine('The store has not caught up with the events yet', 'Retry, or ask with fresh=false.', 2),
  SERVER_STOPPING: machine('The server is stopping', 'Retry against the restarted server.', 2),
  LIVE_TOO_MANY: machine('Too many follow live', 'Close some, or raise liveListenersMax.', 10),
  SERVER_BUSY: machine('Too many requests at once', 'Retry.', 1),
  // — ours —
  BUG: { status: 500, kind: 'bug', title: 'A bug in Seismo', remedy: 'Report it with the instance of this answer.' },
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
    // A caller's fault is an answer, and one body can cause 200,000 of them: nobody reads their stack, which takes ten times as long to note.
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

/** An invariant of ours: throws a BUG when it does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition)
    throw new SeismoError('BUG', 'Something that cannot happen did.', { cause: new Error(`BUG: ${message}`) });
}
