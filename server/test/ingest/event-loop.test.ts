import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

const KIB = 1024;
/** What may be parsed in one turn: 256 KiB, and the body or slice with which they are reached. */
const TURN_MAX = 256 * KIB;

let folder: string;
let ingest: Ingest;
const now = Date.UTC(2026, 0, 5);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-ingest-'));
  ingest = await createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store: new MemoryStore(),
    config: { ...LIMITS, bodyMaxBytes: 20_000_000, journalMaxBytes: 100_000_000, eventMaxBytes: 256 * KIB },
    now: () => now,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / 86_400_000) }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

const events = (bytes: number): string => {
  const one = JSON.stringify({ event: 'a', data: { text: 'x'.repeat(600) } });
  return Array.from({ length: Math.floor(bytes / one.length) }, () => one).join(',');
};

/** The most characters that JSON.parse was given between two turns of the event loop, while the work lasted. */
async function mostPerTurn(work: () => Promise<unknown>): Promise<number> {
  const parse = JSON.parse;
  let most = 0;
  let parsed = 0;
  vi.spyOn(JSON, 'parse').mockImplementation((text, reviver) => {
    parsed += text.length;
    most = Math.max(most, parsed);
    return parse(text, reviver);
  });
  let isOver = false;
  const turns = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      parsed = 0;
    }
  })();
  await work();
  isOver = true;
  await turns;
  return most;
}

it('parses many bodies that come at once over many turns', async () => {
  const body = Buffer.from(`[${events(100 * KIB)}]`);
  const most = await mostPerTurn(() =>
    Promise.all(Array.from({ length: 40 }, () => ingest.post('shop', Buffer.from(body), now))),
  );
  expect(most).toBeGreaterThan(100 * KIB - 500);
  expect(most).toBeLessThanOrEqual(TURN_MAX + 100 * KIB);
});

it('parses a large body on a thread, and its events over many turns', async () => {
  const body = Buffer.from(`[${events(4_000 * KIB)}]`);
  const most = await mostPerTurn(() => ingest.post('shop', body, now));
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(TURN_MAX + 64 * KIB + 1_000);
});

it('parses a stream of lines over many turns, however much of it comes at once', async () => {
  const text = Buffer.from(events(4_000 * KIB).replaceAll('},{', '}\n{'));
  async function* chunks() {
    yield text;
  }
  const most = await mostPerTurn(() => ingest.postLines('shop', chunks(), now));
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(TURN_MAX + 128 * KIB);
});

it('does not parse a small body that is made of keys or brackets', async () => {
  const parsed = vi.spyOn(JSON, 'parse');
  const keys = Array.from({ length: 10_000 }, (_, i) => `"${i}":1`).join(',');
  for (const [code, text] of [
    ['EVENT_PROPERTIES_TOO_MANY', `{"event":"x","data":{${keys}}}`],
    ['EVENT_TOO_LARGE', `{"event":"x","data":{"a":[${'[],'.repeat(40_000)}[]]}}`],
    ['EVENT_TOO_DEEP', `{"event":"x","data":{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}}`],
  ] as const)
    await expect(ingest.post('shop', Buffer.from(text), now)).rejects.toMatchObject({ code });
  expect(parsed).not.toHaveBeenCalled();
});
