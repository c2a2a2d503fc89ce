import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { ADMIN, type Poster } from '../../src/model/poster.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

const PAGE: Poster = { keyId: 'page', isTrusted: false };
const SERVER: Poster = { keyId: 'server', isTrusted: false };
const TRUSTED: Poster = { keyId: 'backend', isTrusted: true };
const T0 = Date.UTC(2026, 0, 5);

let folder: string;
let ingest: Ingest;
let store: MemoryStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-trust-'));
  store = new MemoryStore();
  ingest = await createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    config: { ...LIMITS, keyMaxAgeDays: 30 },
    now: () => T0,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / 86_400_000) }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
});
afterEach(async () => {
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

const statusOf = async (event: object, poster: Poster, asLines = false): Promise<unknown> => {
  const text = JSON.stringify(event);
  if (!asLines) return (await ingest.post('shop', Buffer.from(text), T0, undefined, poster)).status;
  const chunks = async function* () {
    yield Buffer.from(text);
  };
  return JSON.parse((await ingest.postLines('shop', chunks(), T0, undefined, poster)).body).duplicates === 1
    ? 200
    : 201;
};
const storedNames = async (): Promise<string[]> => {
  await ingest.catchUp('shop');
  return store.events.map(({ event }) => event).sort();
};

describe('a text id posted with a public key', () => {
  it.each([
    ['another key', SERVER],
    ['a trusted key', TRUSTED],
    ['an admin', ADMIN],
  ])('makes no event of %s vanish, and does not tell that it is there', async (_, other) => {
    expect(await statusOf({ event: 'junk', uuid: 'order-1002' }, PAGE)).toBe(201);
    expect(await statusOf({ event: 'order paid', uuid: 'order-1002' }, other)).toBe(201);
    expect(await statusOf({ event: 'asked', uuid: 'order-1002' }, { keyId: 'page 2', isTrusted: false })).toBe(201);
    expect(await storedNames()).toEqual(['asked', 'junk', 'order paid']);
  });

  it('makes none vanish while both are on their way to the disk, nor as lines', async () => {
    const statuses = await Promise.all([
      statusOf({ event: 'junk', uuid: 'order-1002' }, PAGE),
      statusOf({ event: 'order paid', uuid: 'order-1002' }, TRUSTED),
      statusOf({ event: 'as lines', uuid: 'order-1002' }, SERVER, true),
    ]);
    expect(statuses).toEqual([201, 201, 201]);
    expect(await storedNames()).toEqual(['as lines', 'junk', 'order paid']);
  });

  it.each([
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['the max UUID', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ['of a time and a place (version 1)', 'c232ab00-9414-11ec-b3c8-9f6bdeced846'],
    ['of a name (version 3)', '5df41881-3aed-3515-88a7-2f4a814cf09e'],
    ['of a name (version 5)', '2ed6657d-e927-568b-95e1-2665a8aea6a2'],
    ['of our own texts (version 8)', '2489e9ad-2ee2-8e00-8ec9-32d5f69181c0'],
  ])('makes none vanish by a UUID that can be worked out: %s', async (_, uuid) => {
    expect(await statusOf({ event: 'junk', uuid }, PAGE)).toBe(201);
    expect(await statusOf({ event: 'order paid', uuid: uuid.toUpperCase() }, TRUSTED)).toBe(201);
    expect(await statusOf({ event: 'junk', uuid }, PAGE)).toBe(200);
    expect(await storedNames()).toEqual(['junk', 'order paid']);
  });

  it.each(['0f8fad5b-d9cb-469f-a165-70867728950e', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'])(
    'but a random UUID is the same event whoever sends it: %s',
    async (uuid) => {
      expect(await statusOf({ event: 'a', uuid }, PAGE)).toBe(201);
      expect(await statusOf({ event: 'a', uuid }, TRUSTED)).toBe(200);
    },
  );

  it('still counts once for the key itself', async () => {
    for (const poster of [PAGE, SERVER]) {
      expect(await statusOf({ event: 'a', uuid: 'm-1' }, poster)).toBe(201);
      expect(await statusOf({ event: 'a', uuid: 'm-1' }, poster)).toBe(200);
      expect(await statusOf({ event: 'a', uuid: 'm-1' }, poster, true)).toBe(200);
    }
  });

  it('counts once for all who are trusted', async () => {
    expect(await statusOf({ event: 'a', uuid: 'm-1' }, TRUSTED)).toBe(201);
    expect(await statusOf({ event: 'a', uuid: 'm-1' }, ADMIN)).toBe(200);
  });
});

it('refuses old events of a public key in every form of body, and takes them from the others', async () => {
  const old = { event: 'e', timestamp: 631_152_000_000 };
  for (const asLines of [false, true])
    await expect(statusOf(old, PAGE, asLines)).rejects.toMatchObject({
      ...(asLines ? { extra: { rejected: [{ code: 'EVENT_TOO_OLD_FOR_KEY' }] } } : { code: 'EVENT_TOO_OLD_FOR_KEY' }),
    });
  expect([await statusOf(old, TRUSTED), await statusOf(old, ADMIN)]).toEqual([201, 201]);
});

it('reads sentAt like a time: seconds, or their text', async () => {
  const ahead = T0 / 1_000 + 120;
  for (const sentAt of [ahead, String(ahead), ahead * 1_000]) {
    const events = [{ event: 'e', timestamp: ahead - 60 }];
    await ingest.post('shop', Buffer.from(JSON.stringify({ sentAt, events })), T0);
  }
  await ingest.catchUp('shop');
  expect(store.events.map(({ timestamp }) => timestamp)).toEqual([T0 - 60_000, T0 - 60_000, T0 - 60_000]);
});
