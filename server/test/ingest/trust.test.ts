import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { ADMIN, type Poster } from '../../src/poster.ts';
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
    logger: { warn: () => {}, error: () => {} },
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
