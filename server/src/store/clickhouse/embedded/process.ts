/**
 * The engine's own process: `node process.js <socket> <data directory> <memory bytes>`.
 *
 * The engine (chDB) runs in a process of its own, so that its crash causes a restart and does not end the server. It speaks
 * ClickHouse's HTTP interface, as far as @clickhouse/client uses it, on a Unix socket: the store talks to it in the same way as to a
 * ClickHouse server.
 */

import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Session } from 'chdb';
import { takeLock } from '../../../system/process-lock.ts';
import { settledWithin } from '../../../system/timeout.ts';
import { quotedText } from '../sql-quotes.ts';
import { FailedWrites, KEEP_FREE_BYTES } from './failed-writes.ts';
import { answer, refuse } from './http-interface.ts';
import { MemoryWatch } from './memory-watch.ts';
import { BASE_SETTINGS, type SessionKind, SessionPool } from './session-pool.ts';

const KINDS: readonly SessionKind[] = ['insert', 'small', 'general', 'general', 'general', 'change', 'spare'];
const CLOSE_GRACE_MS = 1_000;
/** A requested restart waits this long for a moment in which nothing runs. */
const RESTART_WAIT_MAX_MS = 60_000;
/** The engine of a killed server needs a moment to end. */
const LOCK_MAX_MS = 10_000;
const LOCK_AGAIN_MS = 50;
/** Another process uses the directory: starting again does not help (supervisor.ts). */
const EXIT_IN_USE = 3;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const [socketPath, dataDir, memoryText] = process.argv.slice(2);
if (socketPath === undefined || dataDir === undefined) {
  process.stderr.write('usage: process.js <socket> <data directory> [memory bytes]\n');
  process.exit(2);
}
const spoolDir = join(dataDir, 'tmp');
const memoryBytes = Number(memoryText ?? 0);
const pool = new SessionPool(die);
const engineDir = join(dataDir, 'engine');
const writes = new FailedWrites(pool, engineDir, die);
const memory = new MemoryWatch(pool, memoryBytes, die);
let stopWatching = (): void => {};
let closing = false;

/** Without a clean close the engine may crash in its destructors; what was acknowledged is on disk. */
function die(reason: string): void {
  process.stderr.write(`${reason}\n`, () => process.kill(process.pid, 'SIGKILL'));
}

/**
 * Small caches and few threads: the engine shares the machine. With only four background tasks at once, the engine's usual pause of 0.1 to
 * 1.1 s whenever all four are taken made an erasure take 0.15 s for each part of the whole table; with these two it is 0.01 to 0.02 s.
 */
const configXml = (): string => `<clickhouse>
  <logger><level>none</level></logger>
  <max_server_memory_usage>${memoryBytes > 0 ? Math.floor(memoryBytes) : 0}</max_server_memory_usage>
  <mark_cache_size>33554432</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <query_condition_cache_size>8388608</query_condition_cache_size>
  <compiled_expression_cache_size>8388608</compiled_expression_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>2</background_schedule_pool_size>
  <background_processing_pool_thread_sleep_seconds_if_nothing_to_do>0.02</background_processing_pool_thread_sleep_seconds_if_nothing_to_do>
  <background_processing_pool_task_sleep_seconds_when_no_work_random_part>0.01</background_processing_pool_task_sleep_seconds_when_no_work_random_part>
  <os_threads_nice_value_merge_mutate>5</os_threads_nice_value_merge_mutate>
  <max_thread_pool_free_size>16</max_thread_pool_free_size>
  <storage_configuration><disks><default>
    <keep_free_space_bytes>${KEEP_FREE_BYTES}</keep_free_space_bytes>
  </default></disks></storage_configuration>
</clickhouse>
`;

async function end(): Promise<void> {
  if (closing) return;
  closing = true;
  stopWatching();
  // Closing a session blocks this thread for as long as the engine likes, and nobody may be left to end the process.
  new Worker(`setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${CLOSE_GRACE_MS * 2})`, { eval: true });
  server.close();
  try {
    if (!(await settledWithin(CLOSE_GRACE_MS, pool.idle()))) await pool.kill({ prefix: '' });
    server.closeAllConnections();
    await unlink(socketPath as string).catch(() => {});
    for (const { session } of pool.each()) session.close();
    process.exit(0);
  } catch (error) {
    die(messageOf(error));
  }
}

const server = createServer({ maxHeaderSize: 64 * 1024 * 1024, requestTimeout: 0, keepAliveTimeout: 60_000 });
server.on('request', (request, response) => {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (closing) {
    response.statusCode = 503;
    response.setHeader('connection', 'close');
    response.end();
  } else if (url.pathname === '/ping') {
    // An engine without memory answers this request and no question.
    if (memory.isFull) response.statusCode = 503;
    response.end(memory.isFull ? 'Out of memory.\n' : 'Ok.\n');
  } else if (url.pathname === '/alive') {
    // Through the engine, which may hang while this process answers.
    pool.onSpare('SELECT 1').then(
      () => response.end('Ok.\n'),
      (error: unknown) => refuse(response, error),
    );
  } else if (url.pathname === '/kill') {
    request.resume();
    const id = url.searchParams.get('query_id');
    pool.kill(id !== null ? { id } : { prefix: url.searchParams.get('prefix') ?? '' }).then(
      (count) => response.end(`${count}\n`),
      (error: unknown) => refuse(response, error),
    );
  } else
    answer({ pool, spoolDir, writes, memory }, request, response, url).catch((error: unknown) =>
      refuse(response, error),
    );
});

// Ctrl-C and a service manager's TERM reach the whole group: the parent decides when the engine ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => void end());
process.on('message', (message) => {
  if (message === 'close') void end();
  if (message === 'restart') void pool.quiet(RESTART_WAIT_MAX_MS).then(end);
});

async function main(socket: string, directory: string): Promise<void> {
  await mkdir(engineDir, { recursive: true, mode: 0o700 });
  await lock();
  if (!existsSync(join(engineDir, 'metadata'))) writes.checkRoom();
  await rm(spoolDir, { recursive: true, force: true });
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  await mkdir(dirname(socket), { recursive: true, mode: 0o700 });
  const config = join(directory, 'engine.xml');
  await writeFile(config, configXml(), { mode: 0o600 });
  const connectionArgs = [
    `--config-file=${config}`,
    ...Object.entries(BASE_SETTINGS).map(([name, value]) => `--${name}=${value}`),
  ];
  for (const kind of KINDS) pool.add(kind, new Session(engineDir, { connectionArgs }));
  await pool.each()[0]?.session.queryAsync('CREATE DATABASE IF NOT EXISTS seismo');
  // Each session has its own settings; those of the connection apply only to the first.
  for (const { session } of pool.each())
    for (const [name, value] of Object.entries(BASE_SETTINGS))
      await session.queryAsync(`SET ${name} = ${quotedText(value)}`);
  await unlink(socket).catch(() => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  await chmod(socket, 0o600);
  await writes.check();
  const watches = [writes.start(), memory.start()];
  stopWatching = () => {
    for (const stop of watches) stop();
  };
  process.send?.('ready');
}

/** Two engines on one directory would each write what the other does not see. */
async function lock(): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += LOCK_AGAIN_MS) {
    if ((await takeLock('seismo-engine', engineDir)) !== undefined) return;
    if (waitedMs >= LOCK_MAX_MS) {
      process.stderr.write(`Another process has ${engineDir} open.\n`, () => process.exit(EXIT_IN_USE));
      await new Promise(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_AGAIN_MS));
  }
}

main(socketPath, dataDir).catch((error: unknown) => die(messageOf(error)));
