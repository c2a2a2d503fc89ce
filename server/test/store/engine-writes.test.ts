import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';

const closers: (() => unknown)[] = [];
const words: string[] = [];
const keep = (fields: object): void => void words.push(JSON.stringify(fields));
const logger = { info() {}, warn: keep, error: keep };
let engine: EmbeddedEngine;
let connection: Connection;

beforeEach(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'seismo-engine-writes-'));
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
  words.length = 0;
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_000_000_000, logger });
  closers.push(() => engine.close());
  connection = openConnection({ socketPath: engine.socketPath }, { logger });
  closers.push(() => connection.close());
  // A row comes in 8 bytes and takes more than 80 that cannot be packed: the engine's files grow larger than what it is given.
  await connection.command(
    'CREATE TABLE t (n UInt64, filling String DEFAULT randomString(80)) ENGINE = MergeTree ORDER BY n',
  );
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const insert = async (rows: number): Promise<void> =>
  await connection.insert('t', ['n'], [Buffer.from(new BigUint64Array(rows).map((_, i) => BigInt(i)).buffer)]);

/** From now on the process's writes beyond so many bytes of a file fail, as they do on a disk without room. */
function refuseWritesBeyond(bytes: number): void {
  const { status, stderr } = spawnSync('prlimit', [`--pid=${engine.pid()}`, `--fsize=${bytes}`]);
  if (status !== 0) throw new Error(String(stderr));
}

/** Resolves when the engine that is up now has ended and another is up. */
const another = (): Promise<void> =>
  new Promise((resolve) => {
    const forget = engine.onUp(() => {
      forget();
      resolve();
    });
  });

const rowsAndBytes = async (): Promise<unknown> =>
  await connection.query('SELECT count() AS n, sum(length(filling)) AS bytes FROM t');

const onLinux = process.platform === 'linux' ? describe : describe.skip;
if (process.platform !== 'linux') console.log('Skipped: prlimit, by which writes are made to fail, is Linux’s.');

onLinux('an engine whose writes fail', () => {
  it('does not acknowledge the insert, ends, and has all that it had when it is up again', async () => {
    await insert(10);
    const up = another();
    refuseWritesBeyond(200_000);
    await expect(insert(10_000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await up;
    expect(words.join()).toContain('writes of the engine failed');
    expect(await rowsAndBytes()).toEqual([{ n: '10', bytes: '800' }]);
    await insert(10_000);
    expect(await rowsAndBytes()).toEqual([{ n: '10010', bytes: '800800' }]);
  });

  it('ends when a merge was hit, and has what was to be merged', async () => {
    await insert(2_000);
    await insert(2_000);
    const up = another();
    refuseWritesBeyond(200_000);
    await expect(connection.command('OPTIMIZE TABLE t FINAL')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await up;
    expect(await rowsAndBytes()).toEqual([{ n: '4000', bytes: '320000' }]);
    await connection.command('OPTIMIZE TABLE t FINAL');
    expect(await rowsAndBytes()).toEqual([{ n: '4000', bytes: '320000' }]);
  });

  it('goes on at once after rows for which there was no room on their way to it', async () => {
    await insert(10);
    refuseWritesBeyond(20_000);
    // 200 kB: they have all been sent, and have not all been read, when the first cannot be written.
    await expect(insert(25_000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    spawnSync('prlimit', [`--pid=${engine.pid()}`, '--fsize=unlimited']);
    // On the connection that the rows came on, if it is kept.
    const late = new Promise((resolve) => setTimeout(resolve, 20_000, 'no answer within 20 s').unref());
    expect(await Promise.race([rowsAndBytes(), late])).toEqual([{ n: '10', bytes: '800' }]);
  });

  it('ends also when nobody waits for what it writes', async () => {
    await insert(2_000);
    const up = another();
    // The engine goes on merging by itself; a file that a question writes is as good, and fails for certain.
    refuseWritesBeyond(1_000);
    await connection
      .query(`SELECT number FROM numbers(100000) INTO OUTFILE '${engine.socketPath}.out'`)
      .catch(() => {});
    await up;
    expect(await rowsAndBytes()).toEqual([{ n: '2000', bytes: '160000' }]);
  });
});
