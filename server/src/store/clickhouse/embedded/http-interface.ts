import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Session } from 'chdb';
import { quotedText } from '../sql-quotes.ts';
import type { FailedWrites } from './failed-writes.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { prepare, Refusal, type RunningQuery, type SessionKind, type SessionPool } from './session-pool.ts';

/** Parameters of a request that are not settings of the engine. */
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
/** Formats whose chunks, one after another, form the whole: these are sent while the engine is still reading. */
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
const INSERT = /^\s*(INSERT\s+INTO\s[\s\S]*?)\s+FORMAT\s+([A-Za-z0-9]+)\s*;?\s*$/i;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export interface Engine {
  readonly pool: SessionPool;
  /** For the rows of inserts. */
  readonly spoolDir: string;
  readonly writes: FailedWrites;
  readonly memory: MemoryWatch;
}

/** Answers one request like ClickHouse's HTTP interface. */
export async function answer(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { pool, writes, memory } = engine;
  const given = url.searchParams;
  const queryId = given.get('query_id') || crypto.randomUUID();
  response.setHeader('x-clickhouse-query-id', queryId);
  // It can be stopped from its first byte on: a caller that stops an insert must know that it will not arrive later.
  const running = pool.begin(queryId, () => request.destroy());
  response.once('close', () => {
    if (!response.writableFinished) pool.kill({ id: queryId }).catch(() => {});
  });
  try {
    const insert = INSERT.exec(given.get('query') ?? '');
    if (insert === null) await answerQuestion(pool, writes, running, request, response, given);
    else await answerInsert(engine, running, request, given, insert[1]!, insert[2]!);
    if (!response.writableEnded) response.end();
  } catch (error) {
    memory.failed(messageOf(error));
    // Rows for which the disk had no room have not been read to their end: nothing after them would ever be read.
    if (!request.readableEnded && !response.headersSent) response.setHeader('connection', 'close');
    if (!response.destroyed) refuse(response, error);
  } finally {
    pool.end(running);
  }
}

/** The body goes to a file, and the engine reads the file. */
async function answerInsert(
  { pool, spoolDir, writes }: Engine,
  running: RunningQuery,
  request: IncomingMessage,
  given: URLSearchParams,
  head: string,
  format: string,
): Promise<void> {
  const path = join(spoolDir, crypto.randomUUID());
  try {
    await pipeline(request, createWriteStream(path, { mode: 0o600 }));
    const query = `${head} FROM INFILE ${quotedText(path)} FORMAT ${format}`;
    await runQuery(pool, running, ['insert'], query, given, async (session) => {
      await session.queryAsync(query);
      await writes.check();
    });
  } finally {
    await unlink(path).catch(() => {});
  }
}

async function answerQuestion(
  pool: SessionPool,
  writes: FailedWrites,
  running: RunningQuery,
  request: IncomingMessage,
  response: ServerResponse,
  given: URLSearchParams,
): Promise<void> {
  const urlQuery = given.get('query');
  const body = await readText(request);
  const text = urlQuery === null ? body : `${urlQuery}\n${body}`;
  const tail = /\s+FORMAT\s+([A-Za-z0-9]+)\s*;?\s*$/i.exec(text);
  const isRead = /^\s*(?:SELECT|WITH)\b/i.test(text);
  const format = tail?.[1] ?? given.get('default_format') ?? 'TabSeparated';
  const query = tail !== null && isRead ? text.slice(0, tail.index) : text;
  if (!isRead) writes.checkRoom();
  const kinds = isRead ? kindsOf(given.get('priority')) : (['change'] as const);
  response.setHeader('x-clickhouse-format', format);
  await runQuery(pool, running, kinds, query, given, async (session) => {
    if (isRead && given.get('wait_end_of_query') !== '1' && STREAMABLE.has(format)) {
      await pour(running, session, query, format, response);
      return;
    }
    const result = await session.queryAsync(query, { format });
    if (!isRead || writes.isNearlyFull()) await writes.check();
    response.setHeader(
      'x-clickhouse-summary',
      JSON.stringify({ read_rows: `${result.rowsRead}`, read_bytes: `${result.bytesRead}` }),
    );
    response.end(result.bytes());
  });
}

/** `priority` 1 marks the short questions, for which one session is always reserved; 2 what belongs to a change of the table. */
function kindsOf(priority: string | null): readonly SessionKind[] {
  if (priority === '1') return ['small', 'general'];
  return priority === '2' ? ['change'] : ['general'];
}

async function runQuery(
  pool: SessionPool,
  running: RunningQuery,
  kinds: readonly SessionKind[],
  query: string,
  given: URLSearchParams,
  job: (session: Session) => Promise<unknown>,
): Promise<void> {
  const settings = new Map<string, string>([['log_comment', running.queryId]]);
  const parameters = new Map<string, string>();
  for (const [name, value] of given) {
    if (name.startsWith('param_')) parameters.set(name.slice(6), value);
    else if (!NOT_SETTINGS.has(name)) settings.set(name, value);
  }
  await pool.run(running, kinds, async (pooled) => {
    await prepare(pooled, query, given.get('database') ?? 'default', settings, parameters);
    if (running.isCancelled) throw new Refusal(394, 'Query was cancelled.', 'QUERY_WAS_CANCELLED');
    await job(pooled.session);
  });
}

/** The name that a server uses: what follows it at the end of a response is an error. */
const TAG_HEADER = 'x-clickhouse-exception-tag';

/** Chunks as the engine produces them, no faster than they are consumed. */
async function pour(
  running: RunningQuery,
  session: Session,
  query: string,
  format: string,
  response: ServerResponse,
): Promise<void> {
  response.setHeader(TAG_HEADER, randomBytes(8).toString('hex'));
  for await (const chunk of session.queryStream(query, { format })) {
    if (running.isCancelled) throw new Refusal(394, 'Query was cancelled.', 'QUERY_WAS_CANCELLED');
    if (response.write(chunk.raw())) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go).off('close', go);
        resolve();
      };
      response.once('drain', go).once('close', go);
    });
  }
}

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

export function refuse(response: ServerResponse, error: unknown): void {
  const text = messageOf(error);
  const code = /Code: (\d+)/.exec(text)?.[1];
  if (response.headersSent) {
    // The status has been sent: ClickHouse then appends the error to the response, and the client knows how to read it.
    const tag = response.getHeader(TAG_HEADER);
    if (typeof tag !== 'string') response.destroy();
    else {
      const line = `${text}\n`;
      response.end(`\r\n__exception__\r\n${tag}\r\n${line}${Buffer.byteLength(line)} ${tag}\r\n__exception__\r\n`);
    }
    return;
  }
  const status = code === undefined ? 500 : ['60', '81'].includes(code) ? 404 : code === '241' ? 500 : 400;
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=UTF-8');
  response.setHeader('x-clickhouse-exception-code', code ?? '1002');
  response.end(code === undefined ? `Code: 1002. DB::Exception: ${text} (UNKNOWN_EXCEPTION)\n` : `${text}\n`);
}
