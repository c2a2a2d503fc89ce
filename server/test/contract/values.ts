/** The values of contract/*.json: what is meant in a request, and whether an answer is what was meant (contract/README.md). */

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const TOLERANCE_MS = 60_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NOW = /^\$now(?:([+-]\d+)([smhd]))?$/;

function nowOf(text: string): number | undefined {
  const match = NOW.exec(text);
  if (!match) return undefined;
  const [, count, unit] = match;
  return Date.now() + (count === undefined ? 0 : Number(count) * UNITS[unit!]!);
}

/** Objects with one key that stand for something long; undefined for others. */
function generated(value: object): { readonly value: unknown } | undefined {
  const [[key, argument] = [], ...more] = Object.entries(value) as [string, unknown][];
  if (more.length > 0) return undefined;
  if (key === '$repeat' && Array.isArray(argument)) return { value: String(argument[0]).repeat(Number(argument[1])) };
  if (key === '$nested') {
    let nested: unknown = 1;
    for (let level = 0; level < Number(argument); level++) nested = { a: nested };
    return { value: nested };
  }
  if (key === '$keys')
    return { value: Object.fromEntries(Array.from({ length: Number(argument) }, (_, i) => [`k${i}`, i])) };
  return undefined;
}

/** A value of a request as it is sent. */
export function sent(value: unknown, app: string): unknown {
  if (typeof value === 'string') {
    const now = nowOf(value);
    if (now !== undefined) return new Date(now).toISOString();
    return value.startsWith('$$') ? value.slice(1) : value.replaceAll('$app', app);
  }
  if (Array.isArray(value)) return value.map((each) => sent(each, app));
  if (typeof value !== 'object' || value === null) return value;
  const made = generated(value);
  return made ? made.value : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, sent(each, app)]));
}

/**
 * What an answer should have been, as near to what it is as the meant values allow: equal to `is` where they agree. Test
 * runners then show what differs.
 */
export function due(meant: unknown, is: unknown, app: string): unknown {
  if (typeof meant === 'string') return dueText(meant, is, app);
  if (Array.isArray(meant)) return meant.map((each, i) => due(each, Array.isArray(is) ? is[i] : undefined, app));
  if (typeof meant !== 'object' || meant === null) return meant;
  const made = generated(meant);
  if (made) return made.value;
  const found = typeof is === 'object' && is !== null ? (is as Readonly<Record<string, unknown>>) : {};
  return Object.fromEntries(Object.entries(meant).map(([key, each]) => [key, due(each, found[key], app)]));
}

function dueText(meant: string, is: unknown, app: string): unknown {
  const isLike = (pattern: RegExp): unknown => (typeof is === 'string' && pattern.test(is) ? is : meant);
  const near = meant === '$arrival' ? Date.now() : nowOf(meant);
  if (near !== undefined)
    return typeof is === 'string' && TIME.test(is) && Math.abs(Date.parse(is) - near) <= TOLERANCE_MS ? is : meant;
  switch (meant) {
    case '$uuid':
      return isLike(UUID);
    case '$time':
      return isLike(TIME);
    case '$text':
      return isLike(/./s);
    case '$integer':
      return Number.isInteger(is) ? is : meant;
    case '$any':
      return is;
    default:
      return meant.startsWith('$$') ? meant.slice(1) : meant.replaceAll('$app', app);
  }
}
