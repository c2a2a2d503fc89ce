import { beforeEach, describe, expect, it } from 'vitest';
import { KnownNames } from '../../src/ingest/accept/known-names.ts';
import { SeismoError } from '../../src/model/errors.ts';

const MINUTE = 60_000;
let now: number;
let names: KnownNames;

beforeEach(() => {
  now = 0;
  names = aBook(10_000, 10_000);
});

function aBook(eventNamesMax: number, propertyNamesMax: number): KnownNames {
  return new KnownNames({ eventNamesMax, propertyNamesMax, now: () => now });
}

/** How many of these ids are taken. */
function takenOf(prefix: string, count: number, isTrusted: boolean, book = names): number {
  let taken = 0;
  for (let i = 0; i < count; i++)
    try {
      book.checkId('shop', `${prefix}${i}`, isTrusted);
      taken++;
    } catch (error) {
      if (!(error instanceof SeismoError) || error.code !== 'EVENT_NAMES_TOO_MANY') throw error;
    }
  return taken;
}
const indexedOf = (prefix: string, count: number, isTrusted: boolean, book = names): number => {
  const indexed = book.propertiesOf('shop', isTrusted);
  return Array.from({ length: count }, (_, i) => indexed.admits(`${prefix}${i}`)).filter(Boolean).length;
};

describe('the names of an app', () => {
  it('are bounded, each app for itself, and what is known stays known, also when read back', () => {
    names = aBook(2, 1);
    expect(takenOf('a', 3, true)).toBe(2);
    names.checkId('shop', 'a1', true);
    names.checkId('other', 'a2', true);
    const indexed = names.propertiesOf('shop', true);
    expect([indexed.admits('p'), indexed.admits('q'), indexed.admits('p')]).toEqual([true, false, true]);
    expect([...indexed.left!]).toEqual(['q']);
    const again = aBook(2, 1);
    for (const key of names.takePending()) again.restore(key);
    expect(takenOf('b', 1, true, again)).toBe(0);
    expect(again.propertiesOf('shop', true).admits('q')).toBe(false);
    expect(again.propertiesOf('shop', true).admits('p')).toBe(true);
  });
});

describe('a key that is not trusted', () => {
  it('brings 1,000 new names at once and 100 a minute, and half of the most at last', () => {
    expect(takenOf('junk', 10_000, false)).toBe(1_000);
    now += MINUTE;
    expect(takenOf('more', 10_000, false)).toBe(100);
    now += 600 * MINUTE;
    expect(takenOf('many', 10_000, false)).toBe(1_000);
    let minutes = 0;
    do now += MINUTE;
    while (takenOf(`minute ${++minutes} `, 100, false) === 100);
    minutes--;
    // 5,000 are half; 2,100 came before.
    expect(minutes).toBe(29);
    expect(takenOf('admin', 6_000, true)).toBe(5_000);
  });

  it('uses every name that somebody trusted brought', () => {
    expect(takenOf('a', 10_000, true)).toBe(10_000);
    expect([takenOf('a', 10_000, false), takenOf('b', 1, false)]).toEqual([10_000, 0]);
  });

  it('likewise has its new properties indexed', () => {
    expect(indexedOf('junk', 10_000, false)).toBe(1_000);
    expect(indexedOf('admin', 9_500, true)).toBe(9_000);
    expect(indexedOf('admin', 9_000, false)).toBe(9_000);
  });

  it.each([
    [true, 2, 'erase'],
    [false, 2, 'half of `eventNamesMax` (1)'],
  ])('is told what helps (trusted: %s)', (isTrusted, max, part) => {
    names = aBook(max, 10);
    takenOf('a', 2, isTrusted);
    expect(() => names.checkId('shop', 'b', isTrusted)).toThrow(part);
  });

  it('is told that it is too fast', () => {
    takenOf('a', 1_000, false);
    expect(() => names.checkId('shop', 'b', false)).toThrow('100 per minute');
  });
});

describe('a recount', () => {
  it('gives back the names that no event has, and tells which', async () => {
    names = aBook(3, 3);
    takenOf('a', 3, true);
    indexedOf('p', 3, true);
    const gone = await names.recount('shop', async () => ({ ids: new Set(['a1']), properties: new Set(['p2']) }));
    expect(gone.sort()).toEqual(['ishop a0', 'ishop a2', 'pshop p0', 'pshop p1']);
    expect(takenOf('b', 3, true)).toBe(2);
    expect(indexedOf('q', 3, true)).toBe(2);
  });

  it('keeps what comes or comes again while it is made', async () => {
    takenOf('a', 3, true);
    const gone = await names.recount('shop', async () => {
      names.checkId('shop', 'a0', true);
      names.checkId('shop', 'new', true);
      names.propertiesOf('shop', true).admits('p');
      return { ids: new Set(), properties: new Set() };
    });
    expect(gone.sort()).toEqual(['ishop a1', 'ishop a2']);
  });

  it('forgets nothing when it fails, and nothing of other apps', async () => {
    names = aBook(2, 2);
    takenOf('a', 2, true);
    names.checkId('other', 'x', true);
    await expect(names.recount('shop', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(takenOf('b', 1, true)).toBe(0);
    expect(await names.recount('shop', async () => ({ ids: new Set(), properties: new Set() }))).toHaveLength(2);
    expect(await names.recount('other', async () => ({ ids: new Set(['x']), properties: new Set() }))).toEqual([]);
  });

  it('is due at a start for apps past what public keys may use', () => {
    names = aBook(4, 4);
    names.checkId('shop', 'a', true);
    names.checkId('shop', 'b', true);
    names.checkId('other', 'a', true);
    expect(names.crowdedApps()).toEqual(['shop']);
  });
});
