/**
 * The one table of settings: names, types, defaults, bounds and their documentation. `config.ts` reads them from file,
 * environment and flags; `docs/self-hosting/configure.md` is generated from here. The environment variable is SEISMO_ and the name in
 * upper case (`journalMaxBytes` → SEISMO_JOURNAL_MAX_BYTES), the flag is in kebab case (`--journal-max-bytes`).
 */
import { EVENT_AGE_MAX_DAYS, WEEK_STARTS } from '../model/app-settings.ts';
import { EXACT_USERS_MAX_ROWS } from '../model/exact-users.ts';
import { availableMemoryBytes } from '../system/machine-memory.ts';
import { clusterName } from './server-addresses.ts';
import {
  authKey,
  boolean,
  connection,
  githubUsers,
  integer,
  MIB,
  mongoUrl,
  ORIGINS,
  oneOf,
  optional,
  origins,
  PROXIES,
  postPath,
  proxies,
  scriptPath,
  sizeText,
  text,
  timeZone,
  url,
  users,
} from './setting-values.ts';

export interface Setting<T> {
  readonly default: T;
  readonly doc: string;
  /** The allowed values, for people. */
  readonly allowed: string;
  readonly secret?: boolean;
  /** Parses JSON, JavaScript or text; throws a sentence fragment that says what is wrong. */
  readonly parse: (value: unknown) => T;
  /** How docs show the default if it depends on the machine. */
  readonly defaultText?: string;
}

const setting = <T>(
  defaultValue: T,
  allowed: string,
  parse: (value: unknown) => T,
  doc: string,
  more: { readonly secret?: boolean; readonly defaultText?: string } = {},
): Setting<T> => ({ default: defaultValue, allowed, parse, doc, ...more });

const count = (value: number, min: number, max: number, unit: string, doc: string): Setting<number> => {
  const { allowed, parse } = integer(min, max, unit);
  return setting(value, allowed, parse, doc, unit === 'bytes' ? { defaultText: sizeText(value) } : {});
};

const GIB = 1024 * MIB;
/** A quarter of the memory available to the server, between 512 MiB and 1.5 GiB: the figures in bench/results were measured with it. */
const ENGINE_MEMORY = Math.round(Math.min(1.5 * GIB, Math.max(0.5 * GIB, availableMemoryBytes() / 4)));

export const SETTINGS = {
  dataDir: setting(
    './seismo-data',
    'a directory',
    text('a directory'),
    'The data directory (`--data`). It is created with mode 0700.',
  ),
  host: setting(
    '127.0.0.1',
    'an address',
    text('an address'),
    'The address to listen on. `0.0.0.0` opens the server to the network.',
  ),
  port: count(3005, 0, 65_535, '', 'The port to listen on; 0 picks a free one. `PORT` works too.'),
  connection: setting<string | undefined>(
    undefined,
    'absent, a directory, a URL, or several URLs',
    optional(connection),
    'Where events are stored. Absent: in `dataDir`, by the embedded engine; a directory: in that directory, by the embedded engine; `http(s)://user:password@host:8123/database` or `clickhouse://…`: a ClickHouse server; several of them, separated by commas: the next one is used where one does not respond; `mongodb://…`: as `archive`.',
    { secret: true },
  ),
  cluster: setting<string | undefined>(
    undefined,
    'absent, or the name of a cluster',
    optional(clusterName),
    'A cluster of the ClickHouse servers in `connection`, as their `remote_servers` names it. Events are spread over its shards ([Clusters](cluster.md)). `connection` then lists every node.',
  ),
  archive: setting<string | undefined>(
    undefined,
    'absent, or `mongodb://user:password@host:27017/database` or `mongodb+srv://…`',
    optional(mongoUrl),
    'A MongoDB database that gets every event too, beside the embedded engine, which can be filled again from it ([MongoDB](mongodb.md)). Without a database in the URL: `seismo`.',
    { secret: true },
  ),
  authKey: setting<string | undefined>(
    undefined,
    'at least 32 bytes',
    optional(authKey),
    'Signs access tokens. Absent: the first start generates one and keeps it in `dataDir` (mode 0600).',
    { secret: true },
  ),
  tokenTtl: count(60, 1, 43_200, 'minutes', 'How long an access token is valid.'),
  users: setting<Readonly<Record<string, string>>>(
    {},
    'an object: name → bcrypt hash with 12 rounds or more',
    users,
    'Admins who sign in with a password. `seismo hash-password` prints the hash.',
    { secret: true },
  ),
  auth: setting<{ readonly users: readonly string[] }>(
    { users: [] },
    '{"users": ["github-login", …]}',
    githubUsers,
    'GitHub logins of admins who sign in with a personal access token.',
  ),
  githubUrl: setting(
    'https://api.github.com',
    'an http(s) URL',
    url,
    'The API of GitHub, or of your GitHub Enterprise server.',
  ),
  timeZone: setting(
    'UTC',
    'an IANA time zone',
    timeZone,
    'The time zone of days, weeks and months, unless the app or the query sets another.',
  ),
  weekStart: setting<(typeof WEEK_STARTS)[number]>(
    'sunday',
    oneOf(WEEK_STARTS).allowed,
    oneOf(WEEK_STARTS).parse,
    'The first day of the week.',
  ),
  retentionDays: setting<number | undefined>(
    undefined,
    `absent, or ${integer(1, EVENT_AGE_MAX_DAYS, 'days').allowed}`,
    optional(integer(1, EVENT_AGE_MAX_DAYS, 'days').parse),
    'Events older than this are deleted, unless the app has its own setting. Absent: events are kept forever.',
  ),
  trustProxy: setting<boolean | number>(
    false,
    `true, false, or ${PROXIES.allowed}`,
    proxies,
    'Trust `X-Forwarded-For` and `X-Forwarded-Proto`. Set it only behind your own proxy. A number is the number of proxies in a row.',
  ),
  scriptPath: setting(
    '/seismo.js',
    'a path that ends in .js',
    scriptPath,
    'The path of the browser script. Its core is served beside it as `….core.js`. If the path has folders, the script tag needs `data-server`.',
  ),
  postPath: setting(
    '/api/events',
    'a path such as `/in`',
    postPath,
    'The path that the browser script posts to, for when [ad blockers](../send-events/browser.md#ad-blockers) know the usual one. `/api/events` works too in any case.',
  ),
  corsOrigins: setting<readonly string[]>(
    ['*'],
    `${ORIGINS}, or "*"`,
    origins(true),
    'Origins whose pages may send events.',
  ),
  corsReadOrigins: setting<readonly string[]>([], ORIGINS, origins(false), 'Origins whose pages may read.'),
  logLevel: setting<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>(
    'info',
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).allowed,
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).parse,
    'The level of the log on standard error: JSON lines, or plain text on a terminal.',
  ),
  connectionsMax: count(
    5_000,
    10,
    1_000_000,
    'connections',
    'Maximum number of open connections. One address can have half of them (all of them with `trustProxy`); further ones are closed.',
  ),
  bodyMaxBytes: count(
    10 * MIB,
    1024,
    GIB,
    'bytes',
    'Maximum size of a JSON body after decompression. NDJSON has no limit.',
  ),
  lineMaxBytes: count(256 * 1024, 1024, 64 * MIB, 'bytes', 'Maximum size of a line of an NDJSON body.'),
  batchEventsMax: count(
    200_000,
    1,
    10_000_000,
    'events',
    'Maximum number of events in a JSON body. NDJSON has no limit.',
  ),
  eventMaxBytes: count(256 * 1024, 1024, 64 * MIB, 'bytes', 'Maximum size of the `data` of an event, as JSON.'),
  eventNameMaxLength: count(256, 1, 400, 'characters', 'Maximum length of `event` and `id`.'),
  userMaxLength: count(256, 1, 4096, 'characters', 'Maximum length of `user`, `device` and `session`.'),
  uuidMaxLength: count(256, 36, 4096, 'characters', 'Maximum length of a `uuid` that is not a UUID.'),
  propertiesMax: count(
    1_000,
    1,
    10_000,
    'properties',
    'Maximum number of properties of an event, including nested ones.',
  ),
  dataDepthMax: count(32, 1, 100, 'levels', 'Maximum nesting depth of `data`.'),
  propertyNameMaxLength: count(256, 1, 400, 'characters', 'Maximum length of a property name.'),
  eventNamesMax: count(
    10_000,
    1,
    1_000_000,
    'names',
    'Maximum number of event ids of an app. Events with further ids are rejected.',
  ),
  propertyNamesMax: count(
    10_000,
    1,
    1_000_000,
    'names',
    'Maximum number of indexed property names of an app. Further properties are stored in `data`, but you cannot filter or group by them.',
  ),
  eventsPerDayMax: setting<number | undefined>(
    undefined,
    `absent, or ${integer(1, 1e12, 'events').allowed}`,
    optional(integer(1, 1e12, 'events').parse),
    'Maximum number of events each app stores per day (UTC). Above it, posts get 429 until midnight. Imports do not count. Absent: no limit.',
  ),
  bytesPerDayMax: setting<number | undefined>(
    undefined,
    `absent, or ${integer(MIB, 1e15, 'bytes').allowed}`,
    optional(integer(MIB, 1e15, 'bytes').parse),
    'Maximum size of all bodies each app accepts per day (UTC), after decompression. Above it, posts get 429 until midnight. Imports do not count. Absent: no limit.',
  ),
  keyMaxAgeDays: count(
    30,
    1,
    EVENT_AGE_MAX_DAYS,
    'days',
    'Maximum age of events from write keys that are not trusted. Such keys can be public, and events in every month since 1970 would cost the server the most work for the fewest bytes.',
  ),
  keepBotPageViews: setting<boolean>(
    false,
    'true or false',
    boolean,
    'Store page views and web vitals from crawlers and automated browsers, marked with `data.$bot`, instead of rejecting them as `EVENT_FROM_BOT`. Their other events are always stored and marked.',
  ),
  requestProperties: setting<boolean>(
    true,
    'true or false',
    boolean,
    'Write what the request says about the visitor into the events of pages: `$browser`, `$browserVersion`, `$os`, `$deviceType`, and `$country` ([browser script](../send-events/browser.md#browser-device-and-country)). The address is never stored.',
  ),
  geoDatabase: setting<string | undefined>(
    undefined,
    'absent, or the path of an `.mmdb` file',
    optional(text('the path of an `.mmdb` file')),
    'The database that finds the country of an address: GeoLite2, DB-IP or another in the format of MaxMind. With a database of cities, events also get `$region` and `$city`. It is read when the server starts. Absent: the public-domain database that is installed with Seismo.',
  ),
  idWindowDays: count(7, 1, 90, 'days', 'How long the server recognizes a repeated `uuid`.'),
  idWindowMax: count(
    20_000_000,
    1_000,
    200_000_000,
    'ids',
    'How many `uuid`s the server remembers, at 13 to 18 bytes of memory each. Above that, the app with the most forgets its oldest.',
  ),
  journalMaxBytes: count(
    8 * GIB,
    MIB,
    1024 * GIB,
    'bytes',
    'Maximum size of the journal: events on disk that wait for the engine. Above it, posts get 503.',
  ),
  diskReserveBytes: count(
    64 * MIB,
    0,
    1024 * GIB,
    'bytes',
    'Disk space to keep free. With less, posts get 503, so that the engine can still work and empty the journal.',
  ),
  flushIntervalMs: count(
    1_000,
    10,
    60_000,
    'milliseconds',
    'Maximum time between flushes of the journal to the engine.',
  ),
  flushMaxBytes: count(
    8 * MIB,
    64 * 1024,
    256 * MIB,
    'bytes',
    'Maximum size of a block sent to the engine. A single larger batch is still one block.',
  ),
  engineMemoryBytes: setting(
    ENGINE_MEMORY,
    integer(256 * MIB, 1024 * GIB, 'bytes').allowed,
    integer(256 * MIB, 1024 * GIB, 'bytes').parse,
    'Memory limit of the embedded engine.',
    { defaultText: 'a quarter of the memory of the machine or container, between 512 MiB and 1.5 GiB' },
  ),
  hotPropertiesMax: count(
    16,
    0,
    100,
    'properties',
    'Maximum number of properties that get their own column automatically because they are queried often; 0: none.',
  ),
  exactUsersMaxRows: count(
    EXACT_USERS_MAX_ROWS,
    0,
    1_000_000_000,
    'events',
    'While the app has at most this number of events in its range, a query counts distinct users exactly; above it, it estimates them and says so. Queries with `exact` decide for themselves. 0: always estimate.',
  ),
  queryMaxSeconds: count(30, 1, 3_600, 'seconds', 'Time limit of a query.'),
  queryMaxBytes: count(1_000_000_000, MIB, 1024 * GIB, 'bytes', 'Memory limit of a query in the engine.'),
  queryMaxRows: count(1_000_000, 1_000, 1_000_000_000, 'rows', 'Maximum number of rows of a result.'),
  liveListenersMax: count(
    100,
    1,
    10_000,
    'connections',
    'Maximum number of live connections (`GET /api/live/:app`), each up to a megabyte of memory. One user or key can have at most half of them. When all are in use, the caller with the most loses one to a caller with fewer.',
  ),
  queryCacheBytes: count(
    32 * MIB,
    0,
    64 * GIB,
    'bytes',
    'Memory for cached results about past periods; an event that arrives for such a period removes them. 0: no cache. Only with the embedded engine, because others may write to a ClickHouse server.',
  ),
  freshTimeoutMs: count(
    5_000,
    100,
    60_000,
    'milliseconds',
    'How long a query waits for events that are acknowledged but not stored yet.',
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Config = { readonly [K in SettingName]: (typeof SETTINGS)[K]['default'] };
