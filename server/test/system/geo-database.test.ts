import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openGeoDatabase } from '../../src/system/geo-database.ts';
import { atFileEnd } from '../support/at-file-end.ts';

const folder = mkdtempSync(join(tmpdir(), 'seismo-geo-'));
atFileEnd(() => rmSync(folder, { recursive: true, force: true }));

/** The format of MaxMind (https://maxmind.github.io/MaxMind-DB/): short texts, small maps, lists and numbers are all it takes here. */
function encoded(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') return Buffer.concat([control(6, 4), Buffer.from([0, 0, value >> 8, value & 255])]);
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encoded)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([
    control(7, entries.length),
    ...entries.flatMap(([key, each]) => [encoded(key), encoded(each)]),
  ]);
}
const control = (type: number, size: number): Buffer =>
  type > 7 ? Buffer.from([size, type - 7]) : Buffer.from([(type << 5) | size]);

/** A tree of one node: addresses below 128.0.0.0 have the first record, all others the second. */
function database(name: string, below: object, above: object): string {
  const [first, second] = [encoded(below), encoded(above)];
  const record = (offset: number): Buffer => {
    const value = 1 + 16 + offset;
    return Buffer.from([value >> 16, (value >> 8) & 255, value & 255]);
  };
  const metadata = {
    node_count: 1,
    record_size: 24,
    ip_version: 4,
    database_type: 'Test',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    description: { en: 'Test' },
  };
  const path = join(folder, name);
  const tree = Buffer.concat([record(0), record(first.length)]);
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  writeFileSync(path, Buffer.concat([tree, Buffer.alloc(16), first, second, marker, encoded(metadata)]));
  return path;
}

it('reads cities as MaxMind and DB-IP spell them, and countries as ip-location-db does', () => {
  const zurich = {
    country: { iso_code: 'CH', names: { de: 'Schweiz', en: 'Switzerland' } },
    subdivisions: [{ iso_code: 'ZH', names: { en: 'Zurich' } }],
    city: { names: { de: 'Zürich', en: 'Zurich' } },
  };
  const placeOf = openGeoDatabase(
    database('city.mmdb', zurich, { country_code: 'NZ', state1: 'Otago', city: 'Dunedin' }),
  )!;
  expect(placeOf('9.1.2.3')).toEqual({ country: 'CH', region: 'ZH', city: 'Zurich' });
  expect(placeOf('::ffff:9.1.2.3')).toEqual({ country: 'CH', region: 'ZH', city: 'Zurich' });
  expect(placeOf('200.1.2.3')).toEqual({ country: 'NZ', region: 'Otago', city: 'Dunedin' });
});

it('takes the country where a network is registered, and the name of a region without a code', () => {
  const one = { registered_country: { iso_code: 'DE' }, subdivisions: [{ names: { en: 'Hesse' } }] };
  const placeOf = openGeoDatabase(database('region.mmdb', one, {}))!;
  expect(placeOf('9.1.2.3')).toEqual({ country: 'DE', region: 'Hesse' });
  expect(placeOf('200.1.2.3')).toEqual({});
});

it('says what is wrong with a file that it cannot read', () => {
  const broken = join(folder, 'broken.mmdb');
  writeFileSync(broken, 'nothing');
  expect(() => openGeoDatabase(broken)).toThrow(`\`geoDatabase\`: \`${broken}\` is no readable MaxMind DB (.mmdb)`);
  expect(() => openGeoDatabase(join(folder, 'none.mmdb'))).toThrow('ENOENT');
});

it('knows countries without any setting', () => {
  const placeOf = openGeoDatabase(undefined)!;
  // Google's and the University of Zurich's, as RIPE and ARIN register them.
  expect(placeOf('8.8.8.8')).toEqual({ country: 'US' });
  expect(placeOf('2001:4860:4860::8888')).toEqual({ country: 'US' });
  expect(placeOf('130.60.184.132')).toEqual({ country: 'CH' });
  expect([placeOf('127.0.0.1'), placeOf('10.0.0.1'), placeOf('::1')]).toEqual([undefined, undefined, undefined]);
});
