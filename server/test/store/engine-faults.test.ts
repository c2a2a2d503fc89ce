import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { endOrphan } from '../../src/store/clickhouse/embedded/orphan.ts';
import { startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { startWatchdog } from '../../src/store/clickhouse/embedded/watchdog.ts';
import { InsertRejected } from '../../src/store/store.ts';

const FILE = fileURLToPath(new URL('../../dist/store/clickhouse/embedded/process.js', import.meta.url));
const logger = { info() {}, warn() {}, error() {} };
const closers: (() => unknown)[] = [];
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-engine-faults-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A dead process stays listed until somebody asks how it ended. */
const isRunning = (pid: number): boolean =>
  existsSync(`/proc/${pid}/status`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function anEngine(): Promise<{ connection: Connection; socketPath: string; pid: number }> {
  const engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_000_000_000, logger });
  closers.push(() => engine.close());
  const connection = openConnection({ socketPath: engine.socketPath }, { logger });
  closers.push(() => connection.close());
  return { connection, socketPath: engine.socketPath, pid: engine.pid()! };
}

describe('the engine', () => {
  it('a question without an answer in time took too long where the engine answers others, else the engine is away', async () => {
    const { socketPath, pid } = await anEngine();
    const connection = openConnection({ socketPath }, { logger, overtimeMs: 200 });
    closers.push(() => connection.close());
    // One expression of one row, for several seconds: the engine looks at its clock between blocks alone.
    const unstoppable = 'SELECT hasAny(range(90000), arrayMap(x -> x + 1000000, range(99999)))';
    const limits = { settings: { max_execution_time: 1 } };
    await expect(connection.query(unstoppable, {}, limits)).rejects.toMatchObject({ code: 'QUERY_LIMIT_TIME' });
    process.kill(pid, 'SIGSTOP');
    closers.push(() => process.kill(pid, 'SIGCONT'));
    await expect(connection.query('SELECT 1', {}, limits)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('goes on taking inserts and stopping queries while every session for questions is busy', async () => {
    const { connection } = await anEngine();
    await connection.command('CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n');
    const slow = 'SELECT sum(sleepEachRow(1)) FROM numbers(1000) SETTINGS max_block_size = 1';
    const long = Array.from({ length: 8 }, (_, i) =>
      connection.query(slow, {}, { queryId: `long-${i}`, settings: { priority: i % 2 } }).then(
        () => 'ended',
        () => 'stopped',
      ),
    );
    // Those that ask wait as well: the four sessions have long ones, and the insert's is free.
    await connection.insert('t', ['n'], [Buffer.alloc(8)]);
    await connection.kill('long-');
    expect(await Promise.all(long)).toEqual(Array(8).fill('stopped'));
    expect(await connection.query('SELECT count() AS n FROM t')).toEqual([{ n: '1' }]);
  });

  it('stops an insert whose rows are still on their way, and stores nothing of it later', async () => {
    const { connection, socketPath } = await anEngine();
    await connection.command('CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n');
    const path = `/?${new URLSearchParams({ database: 'seismo', query: 'INSERT INTO t (n) FORMAT RowBinary', query_id: 'insert-1' })}`;
    const asked = request({ socketPath, path, method: 'POST' });
    const ended = once(asked, 'error');
    asked.write(Buffer.alloc(8));
    const spooled = () => readdirSync(join(dataDir, 'tmp')).length;
    await expect.poll(spooled).toBe(1);
    await connection.kill('insert-');
    await ended;
    expect(await connection.query('SELECT count() AS n FROM t')).toEqual([{ n: '0' }]);
    expect(spooled()).toBe(0);
  });

  it('sets a question up right after one whose settings were refused half-way', async () => {
    const { connection } = await anEngine();
    const settings = { max_result_rows: 5, max_block_size: 'many' };
    // Six sessions: each that questions use is met.
    for (let i = 0; i < 6; i++) await connection.query('SELECT 1 AS n', {}, { settings }).catch(() => {});
    for (let i = 0; i < 6; i++) expect(await connection.query('SELECT number AS n FROM numbers(20)')).toHaveLength(20);
  });

  it('refuses a directory that another engine has, and says so', async () => {
    await anEngine();
    await expect(startEmbeddedEngine({ dataDir, memoryBytes: 0, logger })).rejects.toThrow(
      /Another process has .* open/,
    );
  });

  it('waits for the engine of a server that was killed, and ends one that does not go', async () => {
    const first = await startOrphan();
    // Held, it cannot notice that its server is gone.
    first.engine.kill('SIGSTOP');
    first.server.kill('SIGKILL');
    await once(first.server, 'exit');
    const { connection, pid } = await anEngine();
    expect(pid).not.toBe(first.pid);
    expect(isRunning(first.pid)).toBe(false);
    expect(await connection.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  /** An engine of a process that is not this one. */
  async function startOrphan(): Promise<{
    server: ChildProcess;
    engine: { kill(signal: NodeJS.Signals): void };
    pid: number;
  }> {
    const module = fileURLToPath(new URL('../../dist/store/clickhouse/embedded/supervisor.js', import.meta.url));
    const script = `const { startEmbeddedEngine } = await import(${JSON.stringify(module)});
      const engine = await startEmbeddedEngine({ dataDir: ${JSON.stringify(dataDir)}, memoryBytes: 0, logger: { info() {}, warn() {}, error() {} } });
      console.log(engine.pid());`;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    const pid = Number(String(line).trim());
    return { server, pid, engine: { kill: (signal) => void process.kill(pid, signal) } };
  }
});

describe('endOrphan', () => {
  it('ends nothing that is not an engine of this directory, and none whose server lives', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    closers.push(() => other.kill('SIGKILL'));
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    const note = (engine: number, server: number) =>
      writeFileSync(join(dataDir, 'engine.pid'), JSON.stringify({ engine, server }));
    note(other.pid!, dead.pid!);
    expect(await endOrphan(dataDir, FILE)).toBeUndefined();
    writeFileSync(join(dataDir, 'engine.pid'), '{"engine":');
    expect(await endOrphan(dataDir, FILE)).toBeUndefined();
    const { pid } = await anEngine();
    expect(JSON.parse(readFileSync(join(dataDir, 'engine.pid'), 'utf8'))).toEqual({ engine: pid, server: process.pid });
    expect(await endOrphan(dataDir, FILE)).toBeUndefined();
    expect([isRunning(other.pid!), isRunning(pid)]).toEqual([true, true]);
  });
});

describe('startWatchdog', () => {
  it('calls an engine that answers nothing hung, and one that answers anything not', async () => {
    const socketPath = join(dataDir, 's.sock');
    let answers = true;
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      if (answers) response.writeHead(500).end('busy');
    }).listen(socketPath);
    closers.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    let hung = 0;
    const stop = startWatchdog(socketPath, () => hung++, { everyMs: 10, hangsAfterMs: 2_000 });
    closers.push(stop);
    // What is looked at are numbers and not times: a busy machine takes long for them.
    const polling = { timeout: 20_000 };
    await expect.poll(() => asked, polling).toBeGreaterThan(40);
    expect(hung).toBe(0);
    answers = false;
    await expect.poll(() => hung, polling).toBe(1);
  }, 60_000);
});

describe('a refused insert', () => {
  it.each([
    // Codes as the engine names them: system.errors, errorCodeToName.
    ['NOT_ENOUGH_SPACE', 243, false],
    ['STD_EXCEPTION, as a full disk gives for a directory', 1001, false],
    ['CANNOT_FSYNC', 204, false],
    ['MEMORY_LIMIT_EXCEEDED', 241, false],
    ['UNKNOWN_IDENTIFIER', 47, false],
    ['VIOLATED_CONSTRAINT', 469, true],
    ['CANNOT_READ_ALL_DATA', 33, true],
    ['LOGICAL_ERROR', 49, true],
  ])('with %s (%i) is the rows\u2019 fault: %s', async (_name, code, isRows) => {
    const server = createServer((asked, response) => {
      asked.resume();
      response
        .writeHead(500, { 'x-clickhouse-exception-code': String(code) })
        .end(`Code: ${code}. DB::Exception: so (SOME_ERROR)\n`);
    });
    const socketPath = join(dataDir, 's.sock');
    server.listen(socketPath);
    const connection = openConnection({ socketPath }, { logger });
    closers.push(
      () => server.close(),
      () => connection.close(),
    );
    const error: unknown = await connection.insert('t', ['n'], [Buffer.alloc(8)]).catch((each: unknown) => each);
    expect(error instanceof InsertRejected).toBe(isRows);
    if (!isRows) expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
