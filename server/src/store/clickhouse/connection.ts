import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { SeismoError } from '../../model/errors.ts';
import type { JsonValue, QueryControl } from '../../model/query.ts';
import { InsertRejected } from '../store.ts';
import { MACHINE_CODES, STATEMENT_CODES } from './error-codes.ts';
import { type Layout, ON_ONE_SERVER } from './layout.ts';
import { quotedName } from './sql-quotes.ts';

export type Settings = Readonly<Record<string, string | number>>;
export type Parameters = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  readonly settings?: Settings;
  /** Stops the question, in the engine too. */
  readonly signal?: AbortSignal;
  readonly queryId?: string;
  readonly caller?: QueryControl['caller'];
  /** Called when the question is abandoned before its end; the engine continues until this resolves. */
  readonly onStopping?: (stopped: Promise<void>) => void;
  readonly onStatement?: QueryControl['onStatement'];
}

export type ConnectionTarget =
  | { readonly socketPath: string; readonly database?: string }
  | { readonly url: string; readonly username?: string; readonly password?: string; readonly database: string };

export interface ConnectionLogger {
  warn(fields: object, message: string): void;
}

export interface ResultTable {
  /** With the engine's type names. */
  readonly types: readonly string[];
  readonly rows: readonly (readonly JsonValue[])[];
}

/** A connection to an engine: the embedded one or a ClickHouse server. Every failure is a SeismoError or an InsertRejected. */
export interface Connection {
  readonly layout: Layout;
  /** The servers behind it: itself, or the nodes of a cluster that the setting names. */
  readonly nodes: readonly Connection[];
  /** Creates the database of the connection where it does not exist. */
  makeDatabase(): Promise<void>;
  /** 64-bit integers are returned as strings, unless the setting output_format_json_quote_64bit_integers is 0. */
  query<T>(sql: string, params?: Parameters, options?: QueryOptions): Promise<T[]>;
  /** Columns in their order, whatever their names. */
  table(sql: string, params?: Parameters, options?: QueryOptions): Promise<ResultTable>;
  /** Rows in the engine's own chunks, while it is still reading. */
  stream<T>(sql: string, params?: Parameters, options?: QueryOptions): AsyncIterable<readonly T[]>;
  /** The response as it comes, in the format at the end of the statement. */
  bytes(sql: string, params?: Parameters, options?: QueryOptions): AsyncIterable<Buffer>;
  command(sql: string, params?: Parameters, settings?: Settings): Promise<void>;
  /** A statement about `layout.rows`, once on each shard. Where it fails on one, it may have been done on others: it must be safe to repeat. */
  onShards(sql: string, params?: Parameters, settings?: Settings): Promise<void>;
  /**
   * RowBinary of these columns, in this order.
   * @throws InsertRejected when the engine says that the rows are at fault
   */
  insert(
    table: string,
    columns: readonly string[],
    payload: readonly Uint8Array[],
    options?: { readonly settings?: Settings; readonly queryId?: string },
  ): Promise<void>;
  /** Stops the queries whose id begins with this; resolves when they have ended. */
  kill(queryIdPrefix: string): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 10 * 60 * 1000;
const KILL_TIMEOUT_MS = 60_000;
const PING_TIMEOUT_MS = 5_000;
const ALIVE_TIMEOUT_MS = 2_000;
const MAX_SOCKETS = 64;

/** A question that the engine has not answered this long after its own limit is abandoned. */
const OVERTIME_MS = 10_000;

const UNKNOWN_DATABASE = '81';
const unavailable = (cause: unknown): SeismoError =>
  new SeismoError('STORE_UNAVAILABLE', 'The engine is not responding.', { cause });

const tooSlow = (cause: unknown): SeismoError =>
  new SeismoError('QUERY_LIMIT_TIME', 'The query took longer than allowed.', { cause });

const tooLarge = (cause: unknown): SeismoError =>
  new SeismoError('QUERY_LIMIT_SIZE', 'The query has more or longer values than the ClickHouse server allows.', {
    cause,
  });

/** A server reports this only in words, before it looks at the statement. */
const isLargerThanAForm = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('HTML Form Exception');

function queryFailure(error: unknown): Error {
  if (error instanceof SeismoError) return error;
  if (!(error instanceof ClickHouseError)) return isLargerThanAForm(error) ? tooLarge(error) : unavailable(error);
  switch (error.code) {
    case '241':
      return new SeismoError('QUERY_LIMIT_MEMORY', 'The query needed more memory than allowed.', { cause: error });
    case '159':
    case '160':
      return tooSlow(error);
    case '158':
    case '396':
      return new SeismoError('QUERY_LIMIT_ROWS', 'The result has more rows than allowed.', { cause: error });
    case '427':
      // Checked before (pattern.ts); the engine's own limits for expressions may be narrower.
      return new SeismoError('PARAMETER_INVALID', 'The engine rejected the regular expression of `matches`.', {
        cause: error,
      });
    default:
      if (MACHINE_CODES.has(error.code)) return unavailable(error);
      return new SeismoError('BUG', 'The engine rejected a query that Seismo built.', { cause: error });
  }
}

function insertFailure(error: unknown): Error {
  if (error instanceof SeismoError) return error;
  if (!(error instanceof ClickHouseError)) return unavailable(error);
  if (MACHINE_CODES.has(error.code) || STATEMENT_CODES.has(error.code)) return unavailable(error);
  return new InsertRejected(`The engine rejected the rows (code ${error.code}): ${error.message}`, { cause: error });
}

/** About this much of a response is parsed at once. */
const PARSE_MAX_LENGTH = 1024 * 1024;

/** Lines of JSON, one value each; other work gets its turn between chunks of them. */
async function parsedLines<T>(text: string): Promise<T[]> {
  const lists: T[][] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from + PARSE_MAX_LENGTH);
    const piece = text.slice(from, end === -1 ? text.length : end).trim();
    lists.push(JSON.parse(`[${piece.replaceAll('\n', ',')}]`));
    from = end === -1 ? text.length : end + 1;
    if (from < text.length) await new Promise((resolve) => setImmediate(resolve));
  }
  return lists.flat();
}

/** The engine holds the response back until it is complete: a failure then has its own status. */
const WHOLE: Settings = { wait_end_of_query: 1 };

/** From 26.2 on a server batches inserts by default: then one insert is not one block, and its token proves nothing. */
const NOT_QUEUED: Settings = { async_insert: 0 };

export interface ConnectionOptions {
  readonly logger: ConnectionLogger;
  readonly overtimeMs?: number;
}

export function openConnection(target: ConnectionTarget, options: ConnectionOptions): Connection {
  const socketPath = 'socketPath' in target ? target.socketPath : undefined;
  const agent =
    socketPath === undefined
      ? undefined
      : new Agent({ socketPath, keepAlive: true, maxSockets: MAX_SOCKETS } as ConstructorParameters<typeof Agent>[0]);
  const { database = 'seismo' } = target;
  const clientOf = (of: string) =>
    createClient({
      ...('url' in target
        ? {
            url: target.url,
            ...(target.username === undefined ? {} : { username: target.username }),
            ...(target.password === undefined ? {} : { password: target.password }),
            use_multipart_params_auto: true,
          }
        : { url: 'http://localhost' }),
      database: of,
      ...(agent === undefined ? {} : { http_agent: agent }),
      request_timeout: REQUEST_TIMEOUT_MS,
      max_open_connections: MAX_SOCKETS,
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    });
  const client = clientOf(database);

  const serverSettings = (settings: Settings | undefined): ClickHouseSettings =>
    ({ ...settings }) as ClickHouseSettings;

  async function kill(queryIdPrefix: string): Promise<void> {
    if (socketPath === undefined) {
      await client.command({
        query: 'KILL QUERY WHERE startsWith(initial_query_id, {prefix:String}) AND user = currentUser() SYNC',
        query_params: { prefix: queryIdPrefix },
        query_id: `kill-${randomUUID()}`,
      });
      return;
    }
    await post(`/kill?${new URLSearchParams({ prefix: queryIdPrefix })}`, KILL_TIMEOUT_MS);
  }

  /** To the embedded engine's process, in addition to its HTTP interface. */
  async function post(path: string, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest({ socketPath, path, method: 'POST', timeout: timeoutMs }, (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${response.statusCode}`)),
        );
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error(`${path}: no answer within ${timeoutMs} ms`)));
      request.on('error', reject);
      request.end();
    });
  }

  /** On a server the query continues when its client is gone: it is stopped by its id. */
  function stopWith(signal: AbortSignal, queryId: string, onStopping: QueryOptions['onStopping']): () => void {
    const stop = (): void => {
      const stopped = kill(queryId).catch((error: unknown) =>
        options.logger.warn({ err: error, queryId }, 'query not stopped'),
      );
      onStopping?.(stopped);
    };
    signal.addEventListener('abort', stop, { once: true });
    return () => signal.removeEventListener('abort', stop);
  }

  /** Whether the engine answers something small: then a question without an answer is at fault, not the engine. */
  async function isAnswering(): Promise<boolean> {
    try {
      if (socketPath === undefined)
        await client.command({ query: 'SELECT 1', abort_signal: AbortSignal.timeout(ALIVE_TIMEOUT_MS) });
      else await post('/alive', ALIVE_TIMEOUT_MS);
      return true;
    } catch {
      return false;
    }
  }

  /** The caller's signal and a deadline of its own: the engine checks its limits only between blocks, and a hanging engine answers nobody. */
  function boundedBy({ signal, settings }: QueryOptions): { readonly signal: AbortSignal; release(): void } {
    const seconds = Number(settings?.['max_execution_time']);
    const late = new AbortController();
    const ms = seconds > 0 ? seconds * 1_000 + (options.overtimeMs ?? OVERTIME_MS) : REQUEST_TIMEOUT_MS;
    const timer = setTimeout(async () => {
      const isSlow = seconds > 0 && (await isAnswering());
      late.abort(isSlow ? tooSlow(undefined) : unavailable(new Error(`no answer within ${ms} ms`)));
    }, ms);
    return {
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      release: () => clearTimeout(timer),
    };
  }

  /** A question as the client takes it, what its failure means, and what to do when it is over. */
  function asking(sql: string, params: Parameters | undefined, asked: QueryOptions, more: Settings = {}) {
    asked.signal?.throwIfAborted();
    asked.onStatement?.({ sql, parameters: params ?? {} });
    const { signal, release: releaseTimer } = boundedBy(asked);
    const queryId = asked.queryId ?? randomUUID();
    const release = stopWith(signal, queryId, asked.onStopping);
    return {
      statement: {
        query: sql,
        query_id: queryId,
        clickhouse_settings: serverSettings({ ...more, ...asked.settings }),
        ...(params === undefined ? {} : { query_params: { ...params } }),
        abort_signal: signal,
      },
      failure(error: unknown): Error {
        signal.throwIfAborted();
        return queryFailure(error);
      },
      end(): void {
        releaseTimer();
        release();
      },
    };
  }

  async function command(sql: string, params?: Parameters, settings?: Settings): Promise<void> {
    try {
      await client.command({
        query: sql,
        clickhouse_settings: serverSettings({ ...WHOLE, ...NOT_QUEUED, ...settings }),
        ...(params === undefined ? {} : { query_params: { ...params } }),
      });
    } catch (error) {
      throw queryFailure(error);
    }
  }

  const connection: Connection = {
    layout: ON_ONE_SERVER,
    get nodes() {
      return [connection];
    },
    async makeDatabase() {
      try {
        await client.command({ query: 'SELECT 1' });
      } catch (error) {
        if (!(error instanceof ClickHouseError) || error.code !== UNKNOWN_DATABASE) throw queryFailure(error);
        // A server rejects every statement, this one too, while the database that the connection names does not exist.
        const other = clientOf('default');
        try {
          await other.command({ query: `CREATE DATABASE IF NOT EXISTS ${quotedName(database)}` });
        } catch (cause) {
          throw queryFailure(cause);
        } finally {
          await other.close();
        }
      }
    },

    async query<T>(sql: string, params?: Parameters, asked: QueryOptions = {}): Promise<T[]> {
      const { statement, failure, end } = asking(sql, params, asked, WHOLE);
      try {
        const result = await client.query({ ...statement, format: 'JSONEachRow' });
        return await parsedLines<T>(await result.text());
      } catch (error) {
        throw failure(error);
      } finally {
        end();
      }
    },

    async table(sql, params, asked = {}) {
      const { statement, failure, end } = asking(sql, params, asked, WHOLE);
      try {
        const result = await client.query({ ...statement, format: 'JSONCompactEachRowWithNamesAndTypes' });
        const [, types = [], ...rows] = await parsedLines<readonly JsonValue[]>(await result.text());
        return { types: types as readonly string[], rows };
      } catch (error) {
        throw failure(error);
      } finally {
        end();
      }
    },

    async *stream<T>(sql: string, params?: Parameters, asked: QueryOptions = {}): AsyncGenerator<readonly T[]> {
      const { statement, failure, end } = asking(sql, params, asked);
      try {
        const result = await client.query({ ...statement, format: 'JSONEachRow' });
        for await (const rows of result.stream<T>()) yield rows.map((row) => row.json() as T);
      } catch (error) {
        throw failure(error);
      } finally {
        end();
      }
    },

    async *bytes(sql: string, params?: Parameters, asked: QueryOptions = {}): AsyncGenerator<Buffer> {
      const { statement, failure, end } = asking(sql, params, asked);
      try {
        const result = await client.exec(statement);
        for await (const piece of result.stream) yield piece as Buffer;
      } catch (error) {
        throw failure(error);
      } finally {
        end();
      }
    },

    command,
    onShards: command,

    async insert(table, columns, payload, asked = {}) {
      try {
        const result = await client.exec({
          query: `INSERT INTO ${table} (${columns.map(quotedName).join(', ')}) FORMAT RowBinary`,
          values: Readable.from(payload.map((piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))),
          query_id: asked.queryId ?? randomUUID(),
          clickhouse_settings: serverSettings({ ...WHOLE, ...asked.settings, ...NOT_QUEUED }),
        });
        for await (const _ of result.stream) {
          // An insert returns nothing; reading the response to its end frees the socket.
        }
      } catch (error) {
        throw insertFailure(error);
      }
    },

    async kill(queryIdPrefix) {
      try {
        await kill(queryIdPrefix);
      } catch (error) {
        throw queryFailure(error);
      }
    },

    async ping() {
      const answer = await client.ping({ select: false, abort_signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
      if (!answer.success) throw unavailable(answer.error);
    },

    async close() {
      await client.close();
      agent?.destroy();
    },
  };
  return connection;
}
