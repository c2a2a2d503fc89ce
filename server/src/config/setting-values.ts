/** What settings are written as, in a file, the environment or a flag → their values; each throws a sentence fragment that says what is wrong. */
import { zoneNamed } from '../time/zone-spans.ts';

export const MIB = 1024 * 1024;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, kib: 1024, mib: MIB, gib: 1024 * MIB };

export function text(allowed = 'a text'): (value: unknown) => string {
  return (value) => {
    if (typeof value !== 'string' || value.trim() === '') throw new Error(`must be ${allowed}`);
    return value;
  };
}

/** 8388608 → "8 MiB"; what is no whole number of such units stays in bytes. */
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
      ? `a size from ${sizeText(min)} to ${sizeText(max)}, in bytes or like "10 MiB"`
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
  throw new Error('must be true or false');
}

export function list(allowed: string): (value: unknown) => readonly string[] {
  return (value) => {
    const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
    if (!Array.isArray(items) || items.some((item) => typeof item !== 'string')) throw new Error(`must be ${allowed}`);
    return items.filter((item: string) => item !== '');
  };
}

export function oneOf<T extends string>(names: readonly T[]) {
  const allowed = names.map((name) => `"${name}"`).join(', ');
  return {
    allowed,
    parse: (value: unknown): T => {
      const found = names.find((name) => name === value);
      if (found === undefined) throw new Error(`must be one of ${allowed}`);
      return found;
    },
  };
}

/** Settings given as text (environment, flags) hold objects as JSON. */
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

/** Fewer rounds are broken in hours by what a gamer owns (API.md). */
const BCRYPT_ROUNDS_MIN = 12;

export function users(value: unknown): Readonly<Record<string, string>> {
  const given = fromJson(value);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error('must be an object of names and bcrypt hashes');
  for (const [name, hash] of Object.entries(given)) {
    const rounds = typeof hash === 'string' ? /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1] : undefined;
    if (rounds === undefined)
      throw new Error(`the hash of "${name}" is not a bcrypt hash; \`seismo hash-password\` makes one`);
    if (Number(rounds) < BCRYPT_ROUNDS_MIN)
      throw new Error(
        `the hash of "${name}" has ${Number(rounds)} rounds, at least ${BCRYPT_ROUNDS_MIN} are needed; \`seismo hash-password\` makes one`,
      );
  }
  return { ...given } as Record<string, string>;
}

export function githubUsers(value: unknown): { readonly users: readonly string[] } {
  const given = fromJson(value);
  if (typeof given === 'object' && given !== null && 'users' in given && Object.keys(given).length === 1)
    return { users: list('an array of GitHub logins')(given.users) };
  throw new Error('must be {"users": ["github-login", …]}');
}

export function connection(value: unknown): string {
  const target = text('a directory or a URL')(value);
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(target)) return target;
  const scheme = target.slice(0, target.indexOf(':')).toLowerCase();
  if (scheme === 'mongodb' || scheme === 'mongodb+srv')
    throw new Error('MongoDB is not supported yet; leave it out for the embedded engine, or name a ClickHouse server');
  if (!['http', 'https', 'clickhouse'].includes(scheme))
    throw new Error(`"${scheme}://" is not known; use a directory, http(s):// or clickhouse://`);
  if (!URL.canParse(target)) throw new Error('is not a URL');
  return target;
}

export function authKey(value: unknown): string {
  const key = text()(value);
  if (key === 'SHARED_SECRET') throw new Error('is the example of the first Seismo; everybody knows it');
  if (Buffer.byteLength(key) < 32) throw new Error('must have at least 32 bytes; `openssl rand -hex 32` makes one');
  // C(16,7) · (7/16)^32: of 32 random hexadecimal digits, one draw in 26 million has fewer than 8 different ones.
  if (new Set(key).size < 8) throw new Error('must be random; `openssl rand -hex 32` makes one');
  return key;
}

export function timeZone(value: unknown): string {
  const zone = typeof value === 'string' ? zoneNamed(value) : undefined;
  if (zone === undefined) throw new Error('must be an IANA zone, like "Europe/Zurich"');
  return zone;
}

export function url(value: unknown): string {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value))
    throw new Error('must be an http(s) URL');
  return value.replace(/\/+$/, '');
}

export function scriptPath(value: unknown): string {
  if (typeof value !== 'string' || !/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+\.js$/.test(value))
    throw new Error('must be a path like /seismo.js');
  return value;
}

export const ORIGINS = 'a list of origins like "https://example.com"';

/** As a browser sends them; one with a path or a capital letter would never match. */
export const origins = (anyAllowed: boolean) => (value: unknown) => {
  const given = list(ORIGINS)(value);
  for (const one of given)
    if (!(one === '*' && anyAllowed) && !(URL.canParse(one) && new URL(one).origin === one))
      throw new Error(`"${one}" is not an origin like "https://example.com"`);
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
