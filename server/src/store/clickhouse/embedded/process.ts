/**
 * The engine's own process: `node process.js <socket> <data directory> <memory bytes>`.
 *
 * The engine (chDB) lives in a process of its own, so that its death is a restart and not the server's end. It speaks
 * ClickHouse's HTTP interface, as far as @clickhouse/client uses it, on a Unix socket: the store talks to it and to a
 * ClickHouse server in the same words.
 */
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rm, unlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Session } from 'chdb';
import {
  BASE_SETTINGS,
  cancelledError,
  kill,
  type LaneKind,
  lanes,
  onLane,
  prepare,
  Refusal,
  running,
  sqlText,
  type Work,
  waiting,
} from './lanes.ts';

/** A request's names that are not settings of the engine. */
const NOT_SETTINGS = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'role',
  'user',
  'password',
  'wait_end_of_query',
  'buffer_size',
  'enable_http_compression',
  'compress',
  'decompress',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
]);
/** Formats whose chunks, one after another, are the whole: these are answered while the engine still reads. */
const STREAMABLE = new Set([
  'JSONEachRow',
  'JSONCompactEachRow',
  'JSONStringsEachRow',
  'TabSeparated',
  'TSV',
  'CSV',
  'RowBinary',
]);
const QUERY_MAX_BYTES = 64 * 1024 * 1024;
const CLOSE_GRACE_MS = 1000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const [socketPath, dataDir, memoryText] = process.argv.slice(2);
if (socketPath === undefined || dataDir === undefined) {
  process.stderr.write('usage: process.js <socket> <data directory> [memory bytes]\n');
  process.exit(2);
}
const spoolDir = join(dataDir, 'tmp');
const memoryBytes = Number(memoryText ?? 0);
let spooled = 0;
let closing = false;

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > QUERY_MAX_BYTES) throw new Refusal(62, 'The query is too long', 'SYNTAX_ERROR');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function refuse(response: ServerResponse, error: unknown): void {
  const text = messageOf(error);
  const code = /Code: (\d+)/.exec(text)?.[1];
  if (response.headersSent) {
    // The status is spent: a cut answer says that it is not whole.
    response.destroy();
    return;
  }
  const status = code === undefined ? 500 : ['60', '81'].includes(code) ? 404 : code === '241' ? 500 : 400;
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=UTF-8');
  response.setHeader('x-clickhouse-exception-code', code ?? '1002');
  response.end(code === undefined ? `Code: 1002. DB::Exception: ${text} (UNKNOWN_EXCEPTION)\n` : `${text}\n`);
}

/** `INSERT … FORMAT X` with a body: the body goes to a file, and the engine reads the file. */
async function spool(request: IncomingMessage): Promise<string> {
  const path = join(spoolDir, `${++spooled}`);
  await pipeline(request, createWriteStream(path, { mode: 0o600 }));
  return path;
}

async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const given = url.searchParams;
  const queryId = given.get('query_id') || crypto.randomUUID();
  response.setHeader('x-clickhouse-query-id', queryId);
  const urlQuery = given.get('query');
  const settings = new Map<string, string>([['log_comment', queryId]]);
  const parameters = new Map<string, string>();
  for (const [name, value] of given) {
    if (name.startsWith('param_')) parameters.set(name.slice(6), value);
    else if (!NOT_SETTINGS.has(name)) settings.set(name, value);
  }
  const insert =
    urlQuery === null ? null : /^\s*(INSERT\s+INTO\s[\s\S]*?)\s+FORMAT\s+([A-Za-z0-9]+)\s*;?\s*$/i.exec(urlQuery);
  let work: Work | undefined;
  let over = false;
  response.once('close', () => {
    if (over || work === undefined) return;
    const gone = work;
    kill((each) => each === gone).catch(() => {});
  });
  const onWork = (made: Work): void => {
    work = made;
    if (response.destroyed) made.cancelled = true;
  };
  const database = given.get('database') ?? 'default';
  let path: string | undefined;
  try {
    if (insert !== null) {
      const file = await spool(request);
      path = file;
      const query = `${insert[1]} FROM INFILE ${sqlText(file)} FORMAT ${insert[2]}`;
      await onLane(queryId, ['insert'], onWork, async (lane) => {
        await prepare(lane, query, database, settings, parameters);
        if (work?.cancelled) throw cancelledError();
        return await lane.session.queryAsync(query);
      });
      over = true;
      response.end();
      return;
    }
    const body = await readText(request);
    const text = urlQuery === null ? body : `${urlQuery}\n${body}`;
    const tail = /\s+FORMAT\s+([A-Za-z0-9]+)\s*;?\s*$/i.exec(text);
    const isRead = /^\s*(?:SELECT|WITH)\b/i.test(text);
    const format = tail?.[1] ?? given.get('default_format') ?? 'TabSeparated';
    const query = tail !== null && isRead ? text.slice(0, tail.index) : text;
    // `priority` 1 marks the short questions; one session is always kept for them.
    const kinds: LaneKind[] = settings.get('priority') === '1' ? ['small', 'general'] : ['general'];
    await onLane(queryId, kinds, onWork, async (lane) => {
      await prepare(lane, query, database, settings, parameters);
      if (work?.cancelled) throw cancelledError();
      response.setHeader('x-clickhouse-format', format);
      if (isRead && given.get('wait_end_of_query') !== '1' && STREAMABLE.has(format)) {
        const stream = lane.session.queryStream(query, { format });
        for await (const chunk of stream) {
          if (work?.cancelled) throw cancelledError();
          if (response.write(chunk.raw())) continue;
          await new Promise<void>((resolve) => {
            const go = (): void => {
              response.off('drain', go).off('close', go);
              resolve();
            };
            response.once('drain', go).once('close', go);
          });
        }
        over = true;
        response.end();
        return;
      }
      const result = await lane.session.queryAsync(query, { format });
      over = true;
      response.setHeader(
        'x-clickhouse-summary',
        JSON.stringify({ read_rows: `${result.rowsRead}`, read_bytes: `${result.bytesRead}` }),
      );
      response.end(result.bytes());
    });
  } catch (error) {
    over = true;
    if (!response.destroyed) refuse(response, error);
  } finally {
    if (path !== undefined) await unlink(path).catch(() => {});
  }
}

/** Small caches and few threads: the engine shares the machine. */
const configXml = (): string => `<clickhouse>
  <logger><level>none</level></logger>
  <max_server_memory_usage>${memoryBytes > 0 ? Math.floor(memoryBytes) : 0}</max_server_memory_usage>
  <mark_cache_size>33554432</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <query_condition_cache_size>8388608</query_condition_cache_size>
  <compiled_expression_cache_size>8388608</compiled_expression_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>2</background_schedule_pool_size>
  <max_thread_pool_free_size>16</max_thread_pool_free_size>
</clickhouse>
`;

async function end(): Promise<void> {
  if (closing) return;
  closing = true;
  server.close();
  const deadline = setTimeout(() => process.kill(process.pid, 'SIGKILL'), CLOSE_GRACE_MS * 2);
  try {
    const all = Promise.all([...running, ...waiting].map((work) => work.settled));
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), CLOSE_GRACE_MS).unref());
    if ((await Promise.race([all, late])) === 'late') await kill(() => true);
    server.closeAllConnections();
    await unlink(socketPath as string).catch(() => {});
    for (const lane of lanes) lane.session.close();
    clearTimeout(deadline);
    process.exit(0);
  } catch {
    // An exit without a clean close may crash in the engine's destructors; what was acknowledged is on the disk.
    process.kill(process.pid, 'SIGKILL');
  }
}

const server = createServer({ maxHeaderSize: 8 * 1024 * 1024, requestTimeout: 0, keepAliveTimeout: 60_000 });
server.on('request', (request, response) => {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (closing) {
    response.statusCode = 503;
    response.setHeader('connection', 'close');
    response.end();
  } else if (url.pathname === '/ping') response.end('Ok.\n');
  else if (url.pathname === '/kill') {
    request.resume();
    const exact = url.searchParams.get('query_id');
    const prefix = url.searchParams.get('prefix');
    kill((work) => (exact !== null ? work.queryId === exact : prefix !== null && work.queryId.startsWith(prefix))).then(
      (count) => response.end(`${count}\n`),
      (error: unknown) => refuse(response, error),
    );
  } else answer(request, response, url).catch((error: unknown) => refuse(response, error));
});

// Ctrl-C and a service manager's TERM reach the whole group: when the engine ends is the parent's to say.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => void end());
process.on('message', (message) => {
  if (message === 'close') void end();
});

async function main(socket: string, directory: string): Promise<void> {
  await mkdir(join(directory, 'engine'), { recursive: true, mode: 0o700 });
  await rm(spoolDir, { recursive: true, force: true });
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  await mkdir(dirname(socket), { recursive: true, mode: 0o700 });
  const config = join(directory, 'engine.xml');
  await writeFile(config, configXml(), { mode: 0o600 });
  const kinds: LaneKind[] = ['insert', 'small', 'general', 'general', 'general', 'spare'];
  const connectionArgs = [
    `--config-file=${config}`,
    ...Object.entries(BASE_SETTINGS).map(([name, value]) => `--${name}=${value}`),
  ];
  for (const kind of kinds) {
    const session = new Session(join(directory, 'engine'), { connectionArgs });
    lanes.push({
      kind,
      session,
      settings: new Map(),
      parameters: new Set(),
      database: 'default',
      busy: false,
    });
  }
  await lanes[0]?.session.queryAsync('CREATE DATABASE IF NOT EXISTS seismo');
  // Each session has its own settings; what the connection was given counts for the first one only.
  for (const lane of lanes)
    for (const [name, value] of Object.entries(BASE_SETTINGS))
      await lane.session.queryAsync(`SET ${name} = ${sqlText(value)}`);
  await unlink(socket).catch(() => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  await chmod(socket, 0o600);
  process.send?.('ready');
}

main(socketPath, dataDir).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`, () => process.kill(process.pid, 'SIGKILL'));
});
