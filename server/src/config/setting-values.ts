/** Converts settings from a file, the environment or a flag to their values. Each parser throws a sentence fragment that says what is wrong. */
import { wordList } from '../model/word-list.ts';
import { databaseFault, isMongoUrl } from '../mongo/connection-string.ts';
import { zoneNamed } from '../time/zone-spans.ts';
import { serverAddresses } from './server-addresses.ts';

export const MIB = 1024 * 1024;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, kib: 1024, mib: MIB, gib: 1024 * MIB };

export function text(allowed = 'a string'): (value: unknown) => string {
  return (value) => {
    if (typeof value !== 'string' || value.trim() === '') throw new Error(`must be ${allowed}`);
    return value;
  };
}

/** 8388608 → "8 MiB". Sizes that are not a whole number of a larger unit stay in bytes. */
export function sizeText(bytes: number): string {
  for (const [unit, factor] of [
    ['TiB', 1024 * 1024 * MIB],
    ['GiB', 1024 * MIB],
    ['MiB', MIB],
    ['KiB', 1024],
  ] as const)
    if (bytes > 0 && bytes % factor === 0) return `${bytes / factor} ${unit}`;
  return `${bytes} bytes`;
}

export function integer(min: number, max: number, unit: string) {
  const allowed =
    unit === 'bytes'
      ? `a size from ${sizeText(min)} to ${sizeText(max)}, in bytes or such as \`10 MiB\``
      : `a whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`;
  const parse = (value: unknown): number => {
    const match = typeof value === 'string' ? /^(\d+)\s*([a-z]*)$/i.exec(value.trim()) : undefined;
    const suffix = match?.[2]?.toLowerCase().replace(/^([kmg])b$/, '$1') ?? '';
    const factor = unit === 'bytes' ? UNITS[suffix] : suffix === '' ? 1 : undefined;
    const number = typeof value === 'number' ? value : match && factor ? Number(match[1]) * factor : Number.NaN;
    if (!Number.isInteger(number) || number < min || number > max) throw new Error(`must be ${allowed}`);
    return number;
  };
  return { allowed, parse };
}

export function boolean(value: unknown): boolean {
  if (value === true || value === 'true' || value === '1') return true;
  if (value === false || value === 'false' || value === '0') return false;
  throw new Error('must be `true` or `false`');
}

export function list(allowed: string): (value: unknown) => readonly string[] {
  return (value) => {
    const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
    if (!Array.isArray(items) || items.some((item) => typeof item !== 'string')) throw new Error(`must be ${allowed}`);
    return items.filter((item: string) => item !== '');
  };
}

export function oneOf<T extends string>(names: readonly T[]) {
  const allowed = wordList(names, 'or');
  return {
    allowed,
    parse: (value: unknown): T => {
      const found = names.find((name) => name === value);
      if (found === undefined) throw new Error(`must be ${allowed}`);
      return found;
    },
  };
}

/** Settings given as text (in the environment or in flags) contain objects as JSON. */
function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Error('must be JSON');
  }
}

export const optional =
  <T>(parse: (value: unknown) => T) =>
  (value: unknown): T | undefined =>
    value === undefined || value === null || value === '' ? undefined : parse(value);

/** With fewer rounds, a gaming PC breaks passwords in hours (API.md). */
const BCRYPT_ROUNDS_MIN = 12;

export function users(value: unknown): Readonly<Record<string, string>> {
  const given = fromJson(value);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error('must be an object with bcrypt hashes by username');
  for (const [name, hash] of Object.entries(given)) {
    const rounds = typeof hash === 'string' ? /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1] : undefined;
    if (rounds === undefined)
      throw new Error(`the hash of \`${name}\` is not a bcrypt hash; create one with \`seismo hash-password\``);
    if (Number(rounds) < BCRYPT_ROUNDS_MIN)
      throw new Error(
        `the hash of \`${name}\` has ${Number(rounds)} rounds but needs at least ${BCRYPT_ROUNDS_MIN}; create one with \`seismo hash-password\``,
      );
  }
  return { ...given } as Record<string, string>;
}

export function githubUsers(value: unknown): { readonly users: readonly string[] } {
  const given = fromJson(value);
  if (typeof given === 'object' && given !== null && 'users' in given && Object.keys(given).length === 1)
    return { users: list('an array of GitHub logins')(given.users) };
  throw new Error('must be `{"users": ["github-login", …]}`');
}

export function connection(value: unknown): string {
  const given = Array.isArray(value) ? list('a directory, a URL, or an array of URLs')(value).join(',') : value;
  const target = text('a directory, a URL, or URLs separated by commas')(given);
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(target)) return target;
  if (isMongoUrl(target)) return mongoUrl(target);
  serverAddresses(target);
  return target;
}

/** The driver checks the rest when it connects. What is wrong is said without the text, which may have a password in it. */
export function mongoUrl(value: unknown): string {
  const url = text('a URL such as `mongodb://user:password@host:27017/seismo`')(value);
  if (!isMongoUrl(url)) throw new Error('must begin with `mongodb://` or `mongodb+srv://`');
  const rest = url.slice(url.indexOf('//') + 2).replace(/\?.*/s, '');
  if (rest.lastIndexOf('@') > rest.indexOf('/') && rest.includes('/'))
    throw new Error('has a `/` in the user or the password; write it as `%2F`');
  if (rest.split('@').length > 2) throw new Error('has an `@` in the user or the password; write it as `%40`');
  const hosts = rest.slice(rest.indexOf('@') + 1).replace(/\/.*/s, '');
  if (hosts === '') throw new Error('names no host');
  const fault = databaseFault(url);
  if (fault !== undefined) throw new Error(fault);
  return url;
}

export function authKey(value: unknown): string {
  const key = text()(value);
  if (key === 'SHARED_SECRET')
    throw new Error('is the example value of Seismo 1, which everyone knows; create one with `openssl rand -hex 32`');
  if (Buffer.byteLength(key) < 32)
    throw new Error('must have at least 32 bytes; create one with `openssl rand -hex 32`');
  // C(16,7) · (7/16)^32: of 26 million keys with 32 random hexadecimal digits, one has fewer than 8 different digits.
  if (new Set(key).size < 8) throw new Error('must be random; create one with `openssl rand -hex 32`');
  return key;
}

export function timeZone(value: unknown): string {
  const zone = typeof value === 'string' ? zoneNamed(value) : undefined;
  if (zone === undefined) throw new Error('must be an IANA time zone such as `Europe/Zurich`');
  return zone;
}

export function url(value: unknown): string {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value))
    throw new Error('must be an http(s) URL');
  return value.replace(/\/+$/, '');
}

export function scriptPath(value: unknown): string {
  if (typeof value !== 'string' || !/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+\.js$/.test(value))
    throw new Error('must be a path such as `/seismo.js`');
  return value;
}

const POST_PATH = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
/** Paths of the server and of the dashboard. */
const TAKEN = new Set(['admin', 'api', 'assets', 'auth', 'docs', 'health', 'metrics', 'ready']);

export function postPath(value: unknown): string {
  if (value === '/api/events') return value;
  if (typeof value !== 'string' || !POST_PATH.test(value)) throw new Error('must be a path such as `/in`');
  const [, first = ''] = value.split('/');
  if (TAKEN.has(first))
    throw new Error(`begins with \`/${first}\`, which Seismo uses itself; use another such as \`/in\``);
  return value;
}

export const ORIGINS = 'a list of origins such as `https://example.com`';

/** Spelled as browsers send them. An origin with a path or an upper-case letter would never match. */
export const origins = (anyAllowed: boolean) => (value: unknown) => {
  const given = list(ORIGINS)(value);
  for (const one of given)
    if (!(one === '*' && anyAllowed) && !(URL.canParse(one) && new URL(one).origin === one))
      throw new Error(`\`${one}\` is not an origin such as \`https://example.com\``);
  return given;
};

export const PROXIES = integer(1, 10, 'proxies');
export function proxies(value: unknown): boolean | number {
  try {
    return boolean(value);
  } catch {
    return PROXIES.parse(value);
  }
}
