/**
 * Questions made to take the server or its engine down, against a real server, in their long form: each is answered within its limits,
 * nobody's /health waits for it, and the same engine answers ordinary questions afterwards. The short form of each, by its cause, is in
 * test/analysis (sql-bounds, patterns, sizes) and test/store/engine-memory.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aRealServer, type RealServer } from '../app/real-server.ts';

const EVENTS = 40_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const sql = (text: string): object => ({ kind: 'sql', last: '30d', sql: text });
const matching = (values: readonly string[]): object => ({
  ...{ kind: 'trend', last: '1d', series: [{}] },
  filters: [{ or: values.map((value) => ({ field: 'data.pad', operator: 'matches', value })) }],
});
const big = "leftPad('', 900000, 'ab')";
/** What each is answered with. */
const ATTACKS: readonly (readonly [name: string, status: readonly number[], question: object])[] = [
  ['235 large expressions', [400], matching(Array.from({ length: 235 }, (_, i) => `${i}${'a{1000}'.repeat(140)}`))],
  ['a nest of counts', [400], matching(['(?:[a-z0-9]{1,30}){1,30}[QZ]'])],
  // On two slow cores longer than a question may take; the engine goes on to its next block without looking at its clock while nothing
  // matches, so the question is stopped from outside.
  [
    'the slowest expressions allowed',
    [200, 422],
    matching([1, 2, 3, 4, 5].map((i) => `[a-z0-9]*[a-m][a-z0-9]{9${i}}Q`)),
  ],
  ['hasAny of long lists', [400], sql('SELECT hasAny(range(900000), arrayMap(x -> x + 1000000, range(99999)))')],
  ['levenshteinDistance of long texts', [400], sql(`SELECT levenshteinDistance(${big}, ${big})`)],
  [
    'a search through a constant',
    [422],
    sql(`SELECT arrayCount(x -> position(${big}, toString(x)) = 0, range(100000))`),
  ],
  [
    'an expression over a list',
    [422],
    sql(
      `SELECT arrayCount(x -> match(concat(leftPad('', 4000, 'ab'), toString(x)), '[ab]*a[ab]{60}d'), range(900000))`,
    ),
  ],
  [
    'an expression over texts',
    [200],
    sql("SELECT count() FROM events WHERE match(concat(text(data.pad), leftPad('', 4000, 'ab')), '[ab]*a[ab]{60}d')"),
  ],
  ['a million rows', [422], sql('SELECT arrayJoin(range(1000000)) AS n')],
  ['2,400 operators', [400], sql(`SELECT ${Array(2_400).fill('1').join('+')}`)],
  [
    '300 zones that are none',
    [400],
    sql(
      `SELECT ${Array.from({ length: 300 }, (_, i) => `toHour(timestamp, 'Fixed/UTC+00:00:${i}') AS a${i}`).join(', ')} FROM events`,
    ),
  ],
];

let server: RealServer;
const ask = async (question: object): Promise<number> =>
  (
    await fetch(`${server.url}/api/query/shop`, {
      method: 'POST',
      headers: server.headers,
      body: JSON.stringify(question),
    })
  ).status;

beforeAll(async () => {
  if (process.env['FAULTS'] !== 'long') return;
  server = await aRealServer();
  let state = 18;
  const letter = (): string => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return LETTERS[(state >> 8) % LETTERS.length]!;
  };
  for (let from = 0; from < EVENTS; from += 10_000) {
    const events = Array.from({ length: 10_000 }, () => ({
      event: 'view',
      user: 'ann',
      data: { pad: Array.from({ length: 400 }, letter).join('') },
    }));
    const answer = await fetch(`${server.url}/api/events/shop`, {
      method: 'POST',
      headers: server.headers,
      body: JSON.stringify(events),
    });
    expect(answer.status).toBe(200);
  }
}, 120_000);
afterAll(async () => await server?.remove());

describe.runIf(process.env['FAULTS'] === 'long')('a question made to take the server down', () => {
  it.each(ATTACKS)(
    '%s is answered %j, and the engine lives on',
    async (_, status, question) => {
      expect(status).toContain(await ask(question));
      expect(await ask({ kind: 'trend', last: '1d', series: [{}] })).toBe(200);
      expect(server.log.join('\n')).not.toMatch(/engine died|engine hangs|could not be stopped/);
    },
    120_000,
  );

  it('in each of 418 time zones gets 12 answers, a warning and no restart, and the server stays ready', async () => {
    const seen: number[] = [];
    for (const timeZone of Intl.supportedValuesOf('timeZone'))
      seen.push(await ask({ ...sql('SELECT count() FROM events'), timeZone }));
    expect(seen.filter((status) => status === 200)).toHaveLength(12);
    expect(seen.filter((status) => status === 429)).toHaveLength(seen.length - 12);
    expect(server.log.filter((line) => line.includes('too many new time zones'))).toHaveLength(1);
    expect(server.log.join('\n')).not.toContain('engine restarts');
    await expect.poll(async () => (await fetch(`${server.url}/ready`)).status, { timeout: 30_000 }).toBe(200);
    expect(await ask(sql('SELECT count() FROM events'))).toBe(200);
  }, 120_000);
});
