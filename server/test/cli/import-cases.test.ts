/** Files as `seismo import` takes them into a real server, and what is answered of them then. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Servers } from '../faults/harness.ts';
import { type Ran, seismo } from './seismo.ts';

let folder: string;
let servers: Servers;
let app: string;
let apps = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-import-cases-'));
  servers = new Servers({ dataDir: join(folder, 'data') });
  await servers.start();
});
afterAll(async () => {
  await servers.remove();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  app = `app-${++apps}`;
});

const fileOf = (name: string): string => fileURLToPath(new URL(`import-files/${name}`, import.meta.url));
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const run = (command: string, ...rest: string[]): Promise<Ran> =>
  seismo([command, '--app', app, '--data', servers.dataDir, ...rest]);
const imported = async (path: string, ...rest: string[]): Promise<string> => {
  const { code, stdout, stderr } = await run('import', path, ...rest);
  expect(code, stderr).toBe(0);
  return stdout + stderr;
};
const ask = async (question: object): Promise<unknown> => {
  const { text: body, status } = await servers.ask('POST', `/api/query/${app}`, JSON.stringify(question), {
    'content-type': 'application/json',
  });
  expect(status, body).toBe(200);
  return JSON.parse(body).result;
};

it('sums the amounts of a CSV as they are written', async () => {
  const said = await imported(fileOf('csv-two-decimals.csv'), '--event', 'e', '--time', 'when', '--user', 'who');
  expect(said).toContain('`flag`: 1 of 5 values is not a boolean, such as "yes", and was imported as text.');
  const sum = (value: unknown) =>
    JSON.stringify(value)
      .match(/-?\d+\.\d+/g)
      ?.map(Number);
  const question = (to: string) => ({
    kind: 'trend',
    from: '2026-03-02',
    to,
    series: [{ event: 'e', measure: 'sum', property: 'data.amount' }],
  });
  expect(sum(await ask(question('2026-03-02')))).toContain(1376.89);
  // Without the last row, of 10:05.
  expect(sum(await ask(question('2026-03-02T10:05:00Z')))).toContain(142.39);
});

it('counts a DATE on its day in the zone given', async () => {
  const options = ['--event-from', 'event', '--time', 'at', '--user', 'who', '--time-zone', 'America/New_York'];
  await imported(fileOf('parquet-date32.parquet'), ...options);
  const stored = await servers.json<{ timestamp: string }[]>(`/api/events/${app}`);
  expect(stored.map(({ timestamp }) => timestamp)).toEqual(Array(5).fill('2026-03-02T05:00:00.000Z'));
});

it('has one user who visits and pays in a file of Amplitude', async () => {
  await imported(fileOf('amplitude-like.ndjson'), '--format', 'amplitude');
  const funnel = await ask({
    kind: 'funnel',
    from: '2026-03-01',
    to: '2026-03-10',
    steps: [{ event: 'visit' }, { event: 'paid' }],
  });
  expect(funnel).toMatchObject({ steps: [{ total: 1 }, { total: 1 }] });
});

it.each([
  ['amplitude', 'amplitude.ndjson'],
  ['mixpanel', 'mixpanel.ndjson'],
  ['mixpanel', 'mixpanel-profiles.ndjson'],
  ['posthog', 'posthog.ndjson'],
  ['posthog', 'posthog.csv'],
  ['segment', 'segment.ndjson'],
  ['ga4', 'ga4.ndjson'],
  ['matomo', 'matomo.json'],
  ['umami', 'umami-website_event.csv'],
  ['plausible', 'plausible-imported_pages_20260302_20260302.csv'],
  ['plausible', 'plausible-events_v2.ndjson'],
])('takes every event of a file of %s (%s), and nothing the second time', async (preset, name) => {
  const json = async () => {
    const { code, stdout, stderr } = await run('import', fileOf(name), '--format', preset, '--json', '--again');
    expect(code, stdout + stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const first = await json();
  expect(first.accepted).toBe(first.rows);
  // Ids are of the file, or made of what it holds.
  expect(await json()).toMatchObject({ accepted: 0, duplicates: first.rows });
});

it('ends with 1 and the likely reason when it takes nothing', async () => {
  const { code, stderr } = await run('import', file('head.csv', 'kind,n\n'), '--event-from', 'kind');
  expect([code, stderr]).toEqual([
    1,
    `Nothing was imported from ${join(folder, 'head.csv')}: it has a header but no records.\n`,
  ]);
});

it('restores a CSV, safe or not, byte for byte: U+0000, formulas and line breaks in any field', {
  timeout: 180_000,
}, async () => {
  const texts = [
    'a\0b',
    '\0',
    '=1+1',
    "'=1",
    "''-x",
    ';=1',
    'a\n=b',
    '\n=1',
    ' +1',
    '＝1',
    '-10.5',
    "'",
    'a"b,c;d',
    '\ufeffx',
    '\rx',
  ];
  const events = texts.map((text, i) => ({
    event: `e${text}`,
    id: text,
    timestamp: Date.UTC(2026, 2, 2) + i,
    user: text,
    device: text,
    session: text,
    data: { [text]: text, list: [text] },
  }));
  const { status, text: body } = await servers.ask('POST', `/api/events/${app}`, JSON.stringify(events), {
    'content-type': 'application/json',
  });
  expect([status, JSON.parse(body).accepted], body).toEqual([200, texts.length]);
  const download = async (dataDir: Servers, query: string) =>
    (await dataDir.ask('GET', `/api/events/${app}?order=asc&format=csv${query}`)).text;
  const [plain, safe] = [await download(servers, ''), await download(servers, '&csvSafe=true')];
  expect(safe).not.toBe(plain);
  const other = new Servers();
  try {
    await other.start();
    const args = ['--app', app, '--data', other.dataDir];
    for (const text of [plain, safe]) {
      const path = file('restore.csv', text);
      expect((await seismo(['import', path, ...args])).stdout).toBe(
        `${texts.length} of ${texts.length} rows imported.\n`,
      );
      const { stdout } = await seismo(['export', '--format', 'csv', ...args]);
      expect(stdout).toBe(plain);
      // The other is to bring them anew.
      expect(await other.ask('DELETE', `/api/events/${app}?all=true`)).toMatchObject({ status: 200 });
    }
  } finally {
    await other.remove();
  }
});
