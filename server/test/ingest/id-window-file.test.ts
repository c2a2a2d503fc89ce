import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fingerprints } from '../../src/ingest/deduplication/fingerprints.ts';
import { IdWindow } from '../../src/ingest/deduplication/id-window.ts';
import { loadWindow, saveWindow } from '../../src/ingest/deduplication/id-window-file.ts';

const fingerprints = new Fingerprints(Buffer.alloc(32, 1));
function print(n: number): [number, number] {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(n, 0);
  fingerprints.of('shop', bytes, 0);
  return [fingerprints.high, fingerprints.low];
}
const BOUNDS = { windowMs: 1_000, max: 200_000 };
const MARK = { token: 'a token', endSeq: 50_001 };

describe('the file of the window of ids', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'seismo-window-'));
    path = join(folder, 'ids.window');
    const window = new IdWindow(BOUNDS);
    // 30,000 of one app and 20,000 of another, the last of which are 500 ms younger; one was taken back.
    for (let n = 0; n < 50_000; n++) window.restore(n < 30_000 ? 'shop' : 'blog', ...print(n), n < 40_000 ? 0 : 500);
    window.remove(...print(7));
    saveWindow(path, window, MARK);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('knows how many ids each app holds: the one that holds most gives up its oldest', () => {
    const bounds = { windowMs: 1_000, max: 50_000 };
    const window = new IdWindow(bounds);
    for (let n = 0; n < 50_000; n++) window.restore(n < 30_000 ? 'shop' : 'blog', ...print(n), Math.floor(n / 100));
    saveWindow(path, window, MARK);
    const again = loadWindow(path, bounds, MARK)!;
    expect(again.makeRoom()).toEqual([]);
    for (let n = 50_000; n < 50_100; n++) again.restore('blog', ...print(n), 600);
    const evicted = again.makeRoom();
    expect([evicted.length, evicted[0]?.app]).toEqual([1, 'shop']);
    expect(again.size).toBeLessThanOrEqual(50_000);
    expect([again.find(...print(0)), again.find(...print(30_000))]).toEqual([undefined, 'stored']);
  });

  it('gives the window back: what was known is known, nothing else, and it ages on', () => {
    const window = loadWindow(path, BOUNDS, MARK)!;
    expect(window.size).toBe(49_999);
    for (let n = 0; n < 50_000; n++)
      if (window.find(...print(n)) !== (n === 7 ? undefined : 'stored')) expect.fail(`${n}`);
    for (let n = 50_000; n < 60_000; n++) if (window.find(...print(n)) !== undefined) expect.fail(`${n}`);
    window.restore('shop', ...print(60_000), 1_400);
    window.expire(1_600);
    // A generation of 2,000 (a hundredth of the count) goes as a whole: of those at 500 ms the last one stays.
    expect([window.find(...print(1)), window.find(...print(49_999)), window.find(...print(60_000))]).toEqual([
      undefined,
      'stored',
      'stored',
    ]);
  });

  it('gives apps their own shares back: the one that holds most still gives up first', () => {
    const window = loadWindow(path, { ...BOUNDS }, MARK)!;
    expect(window.makeRoom()).toEqual([]);
    for (let n = 100_000; n < 260_000; n++) window.restore('flood', ...print(n), 600);
    expect(window.makeRoom().every(({ app }) => app === 'flood')).toBe(true);
    expect(window.find(...print(1))).toBe('stored');
  });

  it('is used once', () => {
    expect(loadWindow(path, BOUNDS, MARK)).toBeDefined();
    expect(existsSync(path)).toBe(false);
    expect(loadWindow(path, BOUNDS, MARK)).toBeUndefined();
  });

  it.each([
    ['another token', BOUNDS, { ...MARK, token: 'another' }],
    ['another end of the journal', BOUNDS, { ...MARK, endSeq: 50_002 }],
    ['another window', { ...BOUNDS, windowMs: 2_000 }, MARK],
    ['another count', { ...BOUNDS, max: 2_000_000 }, MARK],
  ])('is not believed under %s', (_name, bounds, mark) => {
    expect(loadWindow(path, bounds, mark)).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  it('is not believed when any byte of it has changed, or when it is cut short', () => {
    const whole = readFileSync(path);
    // Prefix, head, first array, generations of the last shard.
    for (const at of [0, 5, 9, 40, 5_000, whole.length >> 1, whole.length - 1]) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x55;
      writeFileSync(path, changed);
      expect([at, loadWindow(path, BOUNDS, MARK)]).toEqual([at, undefined]);
    }
    for (const length of [0, 3, 12, 400, whole.length - 1]) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      expect([length, loadWindow(path, BOUNDS, MARK)]).toEqual([length, undefined]);
    }
  });
});
