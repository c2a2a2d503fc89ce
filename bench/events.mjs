// The bench's events: 20 names and a million users, both skewed, over 90 days, five to seven properties of mixed types, from a
// fixed seed. Bodies are made once; before each use, fresh uuids, users and times are written over the old ones, so that to the
// store they are new events, and the generator takes little of the cores that it shares.
import { randomFillSync } from 'node:crypto';

/** mulberry32 */
export function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const NAMES = [
  'page viewed',
  'search executed',
  'item viewed',
  'item bought',
  'signed in',
  'signed up',
  'cart opened',
  'mail sent',
  'error shown',
  'report made',
  'file saved',
  'plan changed',
  'invite sent',
  'comment made',
  'video played',
  'application started',
  'application closed',
  'help opened',
  'settings changed',
  'logged out',
];
const COUNTRIES = ['US', 'DE', 'IN', 'GB', 'FR', 'BR', 'JP', 'CH', 'ES', 'IT'];
const PLANS = ['free', 'pro', 'team'];
const SECTIONS = ['home', 'search', 'item', 'cart', 'account'];
const DAY_MS = 86_400_000;
export const DAYS = 90;
const UUID = '00000000-0000-4000-8000-000000000000';

/** Milliseconds in 13 digits, within a share of the 90 days. */
const timeOf = (random, endMs, from = 0, to = 1) =>
  String(Math.round(endMs - DAYS * DAY_MS * (1 - (from + random() * (to - from)))));

/** @param share where in the 90 days (0 to 1) it lies; anywhere by default */
export function anEvent(random, endMs, share) {
  const skewed = (size, power) => Math.floor(size * random() ** power);
  const data = {
    plan: PLANS[skewed(3, 1.5)],
    country: COUNTRIES[skewed(10, 2)],
    route: `/${SECTIONS[skewed(5, 1.2)]}/${skewed(100, 2)}`,
    ms: Math.round(Math.exp(3 + 3 * random())),
    ok: random() < 0.97,
  };
  if (random() < 0.3) data.items = skewed(20, 2);
  if (random() < 0.2) data.coupon = `C${skewed(50, 1)}`;
  return {
    uuid: UUID,
    event: NAMES[skewed(20, 2.2)],
    user: userOf(random),
    timestamp: Number(share === undefined ? timeOf(random, endMs) : timeOf(random, endMs, share, share + SPREAD)),
    data,
  };
}

export const userOf = (random) => `user-${String(Math.floor(1_000_000 * random() ** 1.5)).padStart(6, '0')}`;

/** Events arrive within some 20 minutes of their time: offline clients, retries. */
const SPREAD = 0.00015;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => HEX[byte].charCodeAt(0) | (HEX[byte].charCodeAt(1) << 8));
const random16 = Buffer.alloc(16 * 4096);
let randomAt = random16.length;
let counter = 0;

/** Writes a UUID over the one at `at`. */
function writeUuid(body, at, version) {
  if (randomAt >= random16.length) {
    randomFillSync(random16);
    randomAt = 0;
  }
  const bytes = random16.subarray(randomAt, randomAt + 16);
  randomAt += 16;
  if (version === 7) {
    bytes.writeUIntBE(Date.now(), 0, 6);
    counter = (counter + 1) & 0xfff;
    bytes.writeUInt16BE(counter, 6);
  }
  bytes[6] = (bytes[6] & 0x0f) | (version << 4);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  let place = at;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) place++;
    body.writeUInt16LE(HEX_PAIRS[bytes[i]], place);
    place += 2;
  }
}

/**
 * Bodies of `size` events; `next()` returns one with fresh uuids, users and times.
 * @param shareOf where in the 90 days (0 to 1) the events of the next body lie: events are posted in the order they happen
 */
export function bodiesOf({ seed, count, size, endMs, version = 4, shareOf }) {
  const random = randomOf(seed);
  const bodies = Array.from({ length: count }, () => {
    const events = Array.from({ length: size }, () => anEvent(random, endMs));
    const body = Buffer.from(JSON.stringify(size === 1 ? events[0] : events));
    const places = [];
    for (let at = body.indexOf(UUID); at >= 0; at = body.indexOf(UUID, at + 36))
      places.push({ uuid: at, user: body.indexOf('"user":"', at) + 8, time: body.indexOf('"timestamp":', at) + 12 });
    return { body, places };
  });
  let turn = 0;
  return () => {
    const { body, places } = bodies[turn++ % bodies.length];
    const copy = Buffer.from(body);
    const from = shareOf();
    const to = from + SPREAD;
    for (const { uuid, user, time } of places) {
      writeUuid(copy, uuid, version);
      copy.write(userOf(random), user, 'latin1');
      copy.write(timeOf(random, endMs, from, to), time, 'latin1');
    }
    return copy;
  };
}
