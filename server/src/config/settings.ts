/**
 * The one table of settings: names, types, defaults, bounds and their documentation. `config.ts` reads them from file,
 * environment and flags; `docs/self-hosting/configure.md` is printed from here. The environment's name is SEISMO_ and the name in
 * capitals (`journalMaxBytes` → SEISMO_JOURNAL_MAX_BYTES), the flag's is in kebab case (`--journal-max-bytes`).
 */
import { WEEK_STARTS } from '../model/app-settings.ts';
import { availableMemoryBytes } from '../system/machine-memory.ts';
import {
  authKey,
  boolean,
  connection,
  githubUsers,
  integer,
  MIB,
  ORIGINS,
  oneOf,
  optional,
  origins,
  PROXIES,
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
  /** What is allowed, for people. */
  readonly allowed: string;
  readonly secret?: boolean;
  /** Parsed from JSON, JavaScript or text; throws a sentence fragment that says what is wrong. */
  readonly parse: (value: unknown) => T;
  /** How the default is printed where it depends on the machine. */
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
/** A quarter of what the server may use, at least 512 MiB, at most 1.5 GiB: what the figures in bench/results were reached with. */
const ENGINE_MEMORY = Math.round(Math.min(1.5 * GIB, Math.max(0.5 * GIB, availableMemoryBytes() / 4)));

export const SETTINGS = {
  dataDir: setting(
    './seismo-data',
    'a directory',
    text('a directory'),
    'Where everything is kept (`--data`). Made with mode 0700.',
  ),
  host: setting(
    '127.0.0.1',
    'an address',
    text('an address'),
    'The address to listen on. `0.0.0.0` opens the server to the network.',
  ),
  port: count(3005, 0, 65_535, '', 'The port to listen on; 0 takes a free one. `PORT` is read too.'),
  connection: setting<string | undefined>(
    undefined,
    'absent, a directory, or a URL',
    optional(connection),
    'Where events are stored. Absent: the embedded engine, in `dataDir`; a directory: the embedded engine, there; `http(s)://user:password@host:8123/database` or `clickhouse://…`: a ClickHouse server.',
    { secret: true },
  ),
  authKey: setting<string | undefined>(
    undefined,
    'at least 32 bytes',
    optional(authKey),
    'Signs access tokens. Absent: one is made at the first start and kept in `dataDir` (0600).',
    { secret: true },
  ),
  tokenTtl: count(60, 1, 43_200, 'minutes', 'How long an access token is valid.'),
  users: setting<Readonly<Record<string, string>>>(
    {},
    'an object: name → bcrypt hash of 12 rounds or more',
    users,
    'Admins by name and password. `seismo hash-password` makes the hash.',
    { secret: true },
  ),
  auth: setting<{ readonly users: readonly string[] }>(
    { users: [] },
    '{"users": ["github-login", …]}',
    githubUsers,
    'Admins by GitHub login: they sign in with a personal access token.',
  ),
  githubUrl: setting(
    'https://api.github.com',
    'an http(s) URL',
    url,
    'The API of GitHub, or of your GitHub Enterprise.',
  ),
  timeZone: setting(
    'UTC',
    'an IANA zone',
    timeZone,
    'Days, weeks and months are cut in this zone, unless the app or the question names another.',
  ),
  weekStart: setting<(typeof WEEK_STARTS)[number]>(
    'sunday',
    oneOf(WEEK_STARTS).allowed,
    oneOf(WEEK_STARTS).parse,
    'The day on which weeks begin.',
  ),
  retentionDays: setting<number | undefined>(
    undefined,
    `absent, or ${integer(1, 36_500, 'days').allowed}`,
    optional(integer(1, 36_500, 'days').parse),
    'Events older than this are deleted, unless the app says otherwise. Absent: kept for ever.',
  ),
  trustProxy: setting<boolean | number>(
    false,
    `true, false, or ${PROXIES.allowed}`,
    proxies,
    'Believe `X-Forwarded-For` and `X-Forwarded-Proto`: only behind a proxy of yours. A number: so many, one behind the other.',
  ),
  scriptPath: setting(
    '/seismo.js',
    'a path that ends in .js',
    scriptPath,
    'Where the browser client is served; its core beside it, as `….core.js`. With folders in it, the script tag needs `data-server`.',
  ),
  corsOrigins: setting<readonly string[]>(
    ['*'],
    `${ORIGINS}, or "*"`,
    origins(true),
    'Pages of these origins may post events.',
  ),
  corsReadOrigins: setting<readonly string[]>([], ORIGINS, origins(false), 'Pages of these origins may read.'),
  logLevel: setting<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>(
    'info',
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).allowed,
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).parse,
    'How much is logged, to standard error: JSON lines, or plain ones on a terminal.',
  ),
  connectionsMax: count(
    5_000,
    10,
    1_000_000,
    'connections',
    'The most connections open at once. One address may have half of them (all of them with `trustProxy`); further ones are closed.',
  ),
  bodyMaxBytes: count(10 * MIB, 1024, GIB, 'bytes', 'The largest JSON body, inflated. NDJSON has no such limit.'),
  lineMaxBytes: count(256 * 1024, 1024, 64 * MIB, 'bytes', 'The longest line of an NDJSON body.'),
  batchEventsMax: count(200_000, 1, 10_000_000, 'events', 'Most events of one JSON body; NDJSON has no such limit.'),
  eventMaxBytes: count(256 * 1024, 1024, 64 * MIB, 'bytes', 'The largest `data` of an event, as JSON.'),
  eventNameMaxLength: count(256, 1, 400, 'characters', 'The longest `event` and `id`.'),
  userMaxLength: count(256, 1, 4096, 'characters', 'The longest `user`, `device` and `session`.'),
  uuidMaxLength: count(256, 36, 4096, 'characters', 'The longest `uuid` that is not a UUID.'),
  propertiesMax: count(1_000, 1, 10_000, 'properties', 'Most properties of an event, nested ones included.'),
  dataDepthMax: count(32, 1, 100, 'levels', 'How deep `data` may be nested.'),
  propertyNameMaxLength: count(256, 1, 400, 'characters', 'The longest name of a property.'),
  eventNamesMax: count(10_000, 1, 1_000_000, 'names', 'Most event ids of an app; beyond, new ones are refused.'),
  propertyNamesMax: count(
    10_000,
    1,
    1_000_000,
    'names',
    'Most indexed property names of an app; beyond, new ones stay in `data` and cannot be filtered by.',
  ),
  eventsPerDayMax: setting<number | undefined>(
    undefined,
    `absent, or ${integer(1, 1e12, 'events').allowed}`,
    optional(integer(1, 1e12, 'events').parse),
    'Most events that each app stores a day (UTC), whoever posts them; beyond, posts are answered 429 until midnight. Imports do not count. Absent: any number.',
  ),
  bytesPerDayMax: setting<number | undefined>(
    undefined,
    `absent, or ${integer(MIB, 1e15, 'bytes').allowed}`,
    optional(integer(MIB, 1e15, 'bytes').parse),
    'Most bytes of bodies, inflated, that each app takes a day (UTC), whoever posts them; beyond, posts are answered 429 until midnight. Imports do not count. Absent: any number.',
  ),
  keyMaxAgeDays: count(
    30,
    1,
    36_500,
    'days',
    'Older events are refused from write keys that are not trusted: such a key may be in a page, and events of every month since 1970 are the most work that a few bytes can make.',
  ),
  keepBotPageViews: setting<boolean>(
    false,
    'true or false',
    boolean,
    'Page views and web vitals that pages send in the hands of crawlers and driven browsers are stored, marked with `data.$bot`, instead of rejected as `EVENT_FROM_BOT`. Their other events are stored and marked in any case.',
  ),
  idWindowDays: count(7, 1, 90, 'days', 'So long a repeated `uuid` is known.'),
  idWindowMax: count(
    20_000_000,
    1_000,
    200_000_000,
    'ids',
    'So many `uuid`s are remembered, at 13 to 18 bytes of memory each; beyond, the app that holds most forgets its oldest.',
  ),
  journalMaxBytes: count(
    8 * GIB,
    MIB,
    1024 * GIB,
    'bytes',
    'What may wait for the engine on disk; beyond, posts are answered 503.',
  ),
  diskReserveBytes: count(
    64 * MIB,
    0,
    1024 * GIB,
    'bytes',
    'So much of the disk stays free: with less, posts are answered 503, so that the engine can still work and the journal shrink.',
  ),
  flushIntervalMs: count(1_000, 10, 60_000, 'milliseconds', 'Events are taken to the engine at least so often.'),
  flushMaxBytes: count(
    8 * MIB,
    64 * 1024,
    256 * MIB,
    'bytes',
    'A block for the engine is not larger than this, one batch apart.',
  ),
  engineMemoryBytes: setting(
    ENGINE_MEMORY,
    integer(256 * MIB, 1024 * GIB, 'bytes').allowed,
    integer(256 * MIB, 1024 * GIB, 'bytes').parse,
    'What the embedded engine may use.',
    { defaultText: 'a quarter of the memory of the machine or the container, from 512 MiB to 1.5 GiB' },
  ),
  hotPropertiesMax: count(
    16,
    0,
    100,
    'properties',
    'So many properties that are asked for often get columns of their own, by themselves; 0: none.',
  ),
  queryMaxSeconds: count(30, 1, 3_600, 'seconds', 'The longest a question may take.'),
  queryMaxBytes: count(1_000_000_000, MIB, 1024 * GIB, 'bytes', 'The memory a question may take in the engine.'),
  queryMaxRows: count(1_000_000, 1_000, 1_000_000_000, 'rows', 'The most rows of an answer.'),
  liveListenersMax: count(
    100,
    1,
    10_000,
    'readers',
    'So many may follow live at once (`GET /api/live/:app`), a megabyte of memory each at most. One user or key has half of it at most; when all are taken, whoever has most gives one up to whoever has fewer.',
  ),
  queryCacheBytes: count(
    32 * MIB,
    0,
    64 * GIB,
    'bytes',
    'Answers about times that are over are kept in so much memory, until an event of theirs arrives; 0: none. Only with the embedded engine: into a ClickHouse server others may write.',
  ),
  freshTimeoutMs: count(
    5_000,
    100,
    60_000,
    'milliseconds',
    'So long a question waits for events that were acknowledged and are not stored yet.',
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Config = { readonly [K in SettingName]: (typeof SETTINGS)[K]['default'] };
