import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PresetName } from '../../src/cli/import/formats.ts';
import { KnownUsers } from '../../src/cli/import/presets/known-users.ts';
import { runImport } from '../../src/cli/import/run.ts';
import { aSink } from './import-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-import-presets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string): string => fileURLToPath(new URL(`import-files/${name}`, import.meta.url));

interface Sent {
  readonly event: string;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly timestamp: string | number;
  readonly uuid: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

async function imported(preset: PresetName, path: string, timeZone = 'UTC') {
  const { sink, events } = aSink();
  const result = await runImport({ path, app: 'shop', preset, mapping: { timeZone }, sink });
  return { result, sent: events() as Sent[] };
}

/** What happened, to whom and when, each as one line. */
const storyOf = (sent: readonly Sent[]): string[] =>
  sent.map(({ event, user = '-', device = '-', session = '-', timestamp }) =>
    [new Date(timestamp).toISOString().slice(11, 23), event, user, device, session].join(' '),
  );

it('amplitude: ties a device to the user of the first event that names both, and takes its traits', async () => {
  const { sent, result } = await imported('amplitude', fileOf('amplitude.ndjson'));
  expect(storyOf(sent)).toEqual([
    '09:00:00.000 page viewed - d1 1772442000000',
    '09:01:00.000 $identify u1 d1 -',
    '10:00:00.123 paid u1 d1 1772442000000',
    '11:00:00.000 $identify u1 - -',
    // Of a server: the device is the user, and session -1 is none.
    '11:00:00.000 from a server u1 u1 -',
  ]);
  expect(sent.map(({ uuid }) => uuid)).toEqual([
    'i1',
    expect.stringMatching(/^[\da-f]{32}$/),
    'i3',
    expect.stringMatching(/^[\da-f]{32}$/),
    '0b1c0000-0000-4000-8000-000000000004',
  ]);
  expect(sent[0]!.data).toMatchObject({
    host: 'shop.example',
    path: '/start',
    utm_source: 's',
    title: 'Shop',
    $os: 'Chrome',
  });
  expect(sent[1]!.data).toEqual({ plan: 'pro', logins: 2 });
  expect(sent[2]!.data).toMatchObject({ amount: 5, $groups: { company: ['g1'] }, $country: 'Switzerland' });
  expect(sent[2]!.data).not.toHaveProperty('nothing');
  expect(sent[3]!.data).toEqual({ plan: 'free' });
  expect(JSON.stringify(sent)).not.toContain('192.0.2.7');
  // The $identify of nobody.
  expect(result).toMatchObject({ rows: 5, leftOut: 1, accepted: 5 });
});

it('amplitude: the anonymous visit of a device and the payment of its user are one story', async () => {
  const { sent } = await imported('amplitude', fileOf('amplitude-like.ndjson'));
  expect(storyOf(sent)).toEqual([
    '09:00:00.000 visit - d1 -',
    '10:00:00.123 $identify u1 d1 -',
    '10:00:00.123 paid u1 d1 -',
  ]);
});

it('mixpanel: events, whom its own three events join, and profiles', async () => {
  const { sent } = await imported('mixpanel', fileOf('mixpanel.ndjson'));
  expect(storyOf(sent)).toEqual([
    '09:00:00.000 page viewed - d1 -',
    '09:01:00.000 $identify u1 d1 -',
    '10:00:00.000 Order Completed u1 d1 -',
    '10:01:00.000 Order Completed u2 - -',
    '10:02:00.000 $identify u2 d2 -',
    '10:03:00.000 $identify u2 d3 -',
  ]);
  expect(sent[0]!.data).toMatchObject({ path: '/start', referrer: 'https://search.example/', $browser: 'Chrome' });
  expect(sent[2]).toMatchObject({ uuid: 'm3', data: { revenue: 12.5 } });
  const profiles = await imported('mixpanel', fileOf('mixpanel-profiles.ndjson'));
  expect(storyOf(profiles.sent)).toEqual(['12:00:00.000 $identify u1 - -']);
  expect(profiles.sent[0]!.data).toEqual({ $email: 'a@b.c', plan: 'pro' });
  expect(profiles.result.leftOut).toBe(1);
});

it('mixpanel: times of an older project count in its zone', async () => {
  const { sent } = await imported('mixpanel', fileOf('mixpanel.ndjson'), 'America/New_York');
  // 09:00 there is 14:00 UTC in winter.
  expect(storyOf(sent)[0]).toBe('14:00:00.000 page viewed - d1 -');
});

it.each(['posthog.ndjson', 'posthog.csv', 'posthog.parquet'])('posthog: %s', async (name) => {
  const { sent } = await imported('posthog', fileOf(name));
  expect(storyOf(sent)).toEqual([
    '09:00:00.000 page viewed - d1 s1',
    '09:01:00.000 $identify u1 d1 -',
    '10:00:00.123 $identify u1 - -',
    '10:00:00.123 paid u1 d1 s1',
    '10:01:00.000 $identify u1 d2 -',
    '10:02:00.000 no profile - nobody -',
  ]);
  expect(sent[0]).toMatchObject({
    uuid: '0195f3f0-0000-7000-8000-000000000001',
    data: { path: '/start', title: 'Shop' },
  });
  expect(sent[1]!.data).toEqual({ first: 's', plan: 'pro' });
  // Of whatever format: an $identify counts once, too.
  expect(sent[1]!.uuid).toBe('7f7836b67a9cf7229c95678eb3f682f3');
  // $set changes, $set_once does not.
  expect(sent[2]!.data).toEqual({ first: 's', plan: 'pro', paid: true });
  expect(sent[3]!.data).toEqual({ amount: 5 });
});

it('segment: every type of message', async () => {
  const { sent, result } = await imported('segment', fileOf('segment.ndjson'));
  expect(storyOf(sent)).toEqual([
    '09:00:00.000 page viewed - d1 -',
    '09:01:00.000 $identify u1 d1 -',
    '10:00:00.123 paid u1 d1 -',
    '10:01:00.000 $identify u1 d2 -',
    '10:02:00.000 $group u1 d1 -',
  ]);
  expect(sent[0]).toMatchObject({
    uuid: 'ajs-1',
    data: { name: 'Start', path: '/start', host: 'shop.example', $context: { locale: 'en-US' } },
  });
  expect(sent[1]!.data).toEqual({ plan: 'pro' });
  expect(sent[4]!.data).toEqual({ groupId: 'g1', name: 'Initech' });
  expect(JSON.stringify(sent)).not.toContain('192.0.2.7');
  expect(result.leftOut).toBe(1);
});

it('ga4: parameters, user properties and sessions of the BigQuery export', async () => {
  const { sent } = await imported('ga4', fileOf('ga4.ndjson'));
  expect(storyOf(sent)).toEqual([
    '09:00:00.000 page viewed - 123.456 123.456.1772442000',
    '10:00:00.123 $identify u1 123.456 -',
    '10:00:00.123 purchase u1 123.456 123.456.1772442000',
  ]);
  expect(sent[0]!.data).toMatchObject({ path: '/start', utm_source: 's', ga_session_number: 1, $browser: 'Chrome' });
  expect(sent[0]!.data).not.toHaveProperty('$city');
  expect(sent[1]!.data).toEqual({ plan: 'pro' });
  expect(sent[2]!.data).toMatchObject({
    value: 12.5,
    currency: 'EUR',
    value_in_usd: 13.1,
    ecommerce: { transaction_id: 't1', purchase_revenue: 12.5 },
    items: [{ item_id: 'p', quantity: '2' }],
  });
});

it('ga4: the same as Parquet', async () => {
  const { sent } = await imported('ga4', fileOf('ga4.parquet'));
  expect(storyOf(sent)).toEqual(storyOf((await imported('ga4', fileOf('ga4.ndjson'))).sent));
  expect(sent[0]!.data).toMatchObject({ path: '/start', ga_session_number: 1, $browser: 'Chrome' });
  expect(sent[1]!.data).toEqual({ plan: 'pro' });
  expect(sent[2]!.data).toMatchObject({ value: 12.5, currency: 'EUR' });
});

it('matomo: each action of a visit', async () => {
  const { sent } = await imported('matomo', fileOf('matomo.json'));
  expect(storyOf(sent)).toEqual([
    '10:00:00.000 $identify u1 a1b2c3d4e5f60718 -',
    '10:00:00.000 page viewed u1 a1b2c3d4e5f60718 77',
    '10:00:30.000 played u1 a1b2c3d4e5f60718 77',
    '10:00:40.000 outbound link clicked u1 a1b2c3d4e5f60718 77',
    '10:00:50.000 site searched u1 a1b2c3d4e5f60718 77',
    '10:01:00.000 Newsletter u1 a1b2c3d4e5f60718 77',
    '10:01:40.000 order completed u1 a1b2c3d4e5f60718 77',
  ]);
  expect(sent[1]).toMatchObject({
    uuid: 'matomo 1 77 0',
    data: { path: '/start', referrer: 'https://search.example/' },
  });
  expect(sent[2]!.data).toMatchObject({ category: 'Videos', name: 'Intro', value: 3, $country: 'ch' });
  expect(sent[2]!.data).not.toHaveProperty('referrer');
  expect(sent[6]!.data).toMatchObject({ revenue: 12.5, order: 'o1' });
});

it('umami: views and events of website_event.csv, and not its other files', async () => {
  const { sent } = await imported('umami', fileOf('umami-website_event.csv'));
  expect(storyOf(sent)).toEqual([
    '09:00:00.000 page viewed - 5e55 7151',
    '10:00:00.000 $identify u1 5e55 -',
    '10:00:00.000 Order Completed u1 5e55 7151',
  ]);
  expect(sent[0]!.data).toMatchObject({
    host: 'shop.example',
    path: '/start',
    referrer: 'https://search.example/',
    utm_source: 's',
  });
  await expect(imported('umami', fileOf('umami-event_data.csv'))).rejects.toThrow(
    'none of its 1 row is an event in a `umami` export',
  );
});

it('plausible: as many views and events a day as it counted, once', async () => {
  const pages = await imported('plausible', fileOf('plausible-imported_pages_20260302_20260302.csv'));
  expect(storyOf(pages.sent)).toEqual(Array(4).fill('00:00:00.000 page viewed - - -'));
  expect(pages.sent.map(({ data }) => data?.['path'])).toEqual(['/start', '/start', '/start', '/pay']);
  expect(new Set(pages.sent.map(({ uuid }) => uuid)).size).toBe(4);
  const events = await imported('plausible', fileOf('plausible-imported_custom_events_20260302_20260302.csv'));
  expect(storyOf(events.sent)).toEqual(Array(2).fill('00:00:00.000 Outbound Link: Click - - -'));
  // The same views once more, without their pages.
  await expect(imported('plausible', fileOf('plausible-imported_visitors_20260302_20260302.csv'))).rejects.toThrow(
    'none of its 1 row is an event',
  );
});

it('plausible: rows of events_v2', async () => {
  const { sent, result } = await imported('plausible', fileOf('plausible-events_v2.ndjson'));
  const who = '11223344556677889900 99887766554433221100';
  expect(storyOf(sent)).toEqual([`09:00:00.000 page viewed - ${who}`, `10:00:00.000 Order Completed - ${who}`]);
  expect(sent[1]!.data).toMatchObject({ path: '/thanks', revenue: 12.5, plan: 'pro' });
  expect(result.leftOut).toBe(1);
});

it('goes on where it was interrupted, though a row may be several events', async () => {
  const one = readFileSync(fileOf('amplitude-like.ndjson'), 'utf8').trimEnd().split('\n');
  // 4,000 rows are 6,000 events: each device is tied by a line of its own.
  const text = Array.from({ length: 2_000 }, (_, i) =>
    one.map((line) => line.replaceAll(/"(d1|u1|i1|i2)"/g, `"$1-${i}"`)).join('\n'),
  );
  const path = join(folder, 'big.ndjson');
  writeFileSync(path, text.join('\n'));
  const { sink, events, mend } = aSink(1);
  const run = () => runImport({ path, app: 'shop', preset: 'amplitude', mapping: { timeZone: 'UTC' }, sink });
  await expect(run()).rejects.toThrow('broken');
  expect(events()).toHaveLength(5_000);
  mend();
  expect(await run()).toMatchObject({ resumedAt: 5_000, rows: 6_000, accepted: 1_000 });
  const ids = (events() as Sent[]).map(({ uuid }) => uuid);
  expect(new Set(ids).size).toBe(6_000);
});

it('rejects rows that are no JSON, with their lines, and ties nothing to placeholders', async () => {
  const rows = [
    '{oops',
    '{"event_type":"a","user_id":"null","device_id":"d1","event_time":"2026-03-02 09:00:00"}',
    '{"event_type":"b","user_id":"u1","device_id":"undefined","event_time":"2026-03-02 09:00:00"}',
  ];
  const path = join(folder, 'odd.ndjson');
  writeFileSync(path, rows.join('\n'));
  const { sink, events } = aSink();
  const refusing = {
    ...sink,
    async importRows(...piece: Parameters<typeof sink.importRows>) {
      await sink.importRows(...piece);
      return { accepted: 2, duplicates: 0, rejected: [{ index: 0, code: 'EVENT_NOT_OBJECT', detail: '' }] };
    },
  };
  const result = await runImport({
    path,
    app: 'shop',
    preset: 'amplitude',
    mapping: { timeZone: 'UTC' },
    sink: refusing,
  });
  expect(result.rejected).toEqual([{ line: 1, code: 'BODY_NOT_JSON', detail: 'The row is not valid JSON.' }]);
  expect(events().map((sent) => (sent as Sent | null)?.event)).toEqual([undefined, 'a', 'b']);
});

it('forgets whom it has not seen for longest, which repeats a tie and loses none', () => {
  const users = new KnownUsers(2);
  const tie = (device: string, user: string) =>
    users.identifyOf({ event: 'x', user, device, timestamp: 1 }, true)?.device;
  expect([tie('a', 'u'), tie('b', 'u'), tie('a', 'u'), tie('c', 'u'), tie('b', 'u'), tie('a', 'v')]).toEqual([
    'a',
    'b',
    undefined,
    'c',
    'b',
    'a',
  ]);
});
