import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { SeismoError } from '../../errors.ts';
import { InsertRefused } from '../store.ts';

export type Settings = Readonly<Record<string, string | number>>;
export type Parameters = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  readonly settings?: Settings;
  /** Stops the question, in the engine too. */
  readonly signal?: AbortSignal;
  readonly queryId?: string;
}

export type ConnectionTarget =
  | { readonly socketPath: string }
  | { readonly url: string; readonly username?: string; readonly password?: string; readonly database: string };

export interface ConnectionLogger {
  warn(fields: object, message: string): void;
}

/** One way to an engine: the embedded one or a ClickHouse server. Every failure is a SeismoError or an InsertRefused. */
export interface Connection {
  /** Makes the database of the connection where there is none. */
  makeDatabase(): Promise<void>;
  /** 64-bit integers come as texts, unless the setting output_format_json_quote_64bit_integers is 0. */
  query<T>(sql: string, params?: Parameters, options?: QueryOptions): Promise<T[]>;
  /** Rows in the engine's own pieces, while it still reads. */
  stream<T>(sql: string, params?: Parameters, options?: QueryOptions): AsyncIterable<readonly T[]>;
  command(sql: string, params?: Parameters, settings?: Settings): Promise<void>;
  /**
   * RowBinary of these columns, in this order.
   * @throws InsertRefused when the engine says that the rows are at fault
   */
  insert(
    table: string,
    columns: readonly string[],
    payload: readonly Uint8Array[],
    options?: { readonly settings?: Settings; readonly queryId?: string },
  ): Promise<void>;
  /** Stops the queries whose id begins so; resolves when they have ended. */
  kill(queryIdPrefix: string): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 10 * 60 * 1000;
const KILL_TIMEOUT_MS = 60_000;
const MAX_SOCKETS = 64;

/**
 * Codes under which an insert may succeed later: the machine is at fault, not the rows. Time 159, 160, 209; network 210, 279, 425;
 * memory 241; disk 243; too many parts 252; stopped 236, 394; too many queries 202; read-only table or no quorum 242, 285, 286, 319;
 * files 74, 75, 76, 107; the statement, the schema or a right, not the rows 16, 47, 60, 62, 81, 115, 164, 497; keeper 999; sign-in 516; unspecified 1002.
 */
const RETRYABLE = new Set(
  [
    16, 47, 60, 62, 115, 164, 497, 74, 75, 76, 81, 107, 159, 160, 202, 209, 210, 236, 241, 242, 243, 252, 279, 285, 286,
    319, 394, 425, 516, 999, 1002,
  ].map(String),
);

const UNKNOWN_DATABASE = '81';
const quoted = (name: string): string => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
const unavailable = (cause: unknown): SeismoError =>
  new SeismoError('STORE_UNAVAILABLE', 'The engine is not answering.', { cause });

function queryFailure(error: unknown): Error {
  if (error instanceof SeismoError) return error;
  if (!(error instanceof ClickHouseError)) return unavailable(error);
  switch (error.code) {
    case '241':
      return new SeismoError('QUERY_LIMIT_MEMORY', 'The question needed more memory than allowed.', { cause: error });
    case '159':
    case '160':
      return new SeismoError('QUERY_LIMIT_TIME', 'The question took longer than allowed.', { cause: error });
    case '158':
    case '396':
      return new SeismoError('QUERY_LIMIT_ROWS', 'The answer has more rows than allowed.', { cause: error });
    case '427':
      // Checked before (pattern.ts); the engine's own limits of expressions may be narrower.
      return new SeismoError(
        'PARAMETER_INVALID',
        'The regular expression of "matches" is not one that the engine takes.',
        {
          cause: error,
        },
      );
    case '202':
    case '209':
    case '210':
    case '236':
    case '279':
    case '394':
    case '516':
    case '1002':
      return unavailable(error);
    default:
      return new SeismoError('BUG', 'The engine refused a question of ours.', { cause: error });
  }
}

function insertFailure(error: unknown): Error {
  if (error instanceof SeismoError) return error;
  if (!(error instanceof ClickHouseError) || RETRYABLE.has(error.code)) return unavailable(error);
  return new InsertRefused(`The engine refused the rows (code ${error.code}): ${error.message}`, { cause: error });
}

export function openConnection(target: ConnectionTarget, options: { readonly logger: ConnectionLogger }): Connection {
  const socketPath = 'socketPath' in target ? target.socketPath : undefined;
  const agent =
    socketPath === undefined
      ? undefined
      : new Agent({ socketPath, keepAlive: true, maxSockets: MAX_SOCKETS } as ConstructorParameters<typeof Agent>[0]);
  const database = 'url' in target ? target.database : 'seismo';
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
        query: 'KILL QUERY WHERE startsWith(query_id, {prefix:String}) AND user = currentUser() SYNC',
        query_params: { prefix: queryIdPrefix },
        query_id: `kill-${randomUUID()}`,
      });
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const path = `/kill?${new URLSearchParams({ prefix: queryIdPrefix })}`;
      const request = httpRequest({ socketPath, path, method: 'POST', timeout: KILL_TIMEOUT_MS }, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('kill failed'))));
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error('kill timed out')));
      request.on('error', reject);
      request.end();
    });
  }

  /** On a server the question goes on when its asker is gone: it is stopped by its id. */
  function stopWith(signal: AbortSignal | undefined, queryId: string): () => void {
    if (signal === undefined) return () => {};
    const stop = (): void => {
      kill(queryId).catch((error: unknown) => options.logger.warn({ err: error, queryId }, 'query not stopped'));
    };
    signal.addEventListener('abort', stop, { once: true });
    return () => signal.removeEventListener('abort', stop);
  }

  return {
    async makeDatabase() {
      try {
        await client.command({ query: 'SELECT 1' });
      } catch (error) {
        if (!(error instanceof ClickHouseError) || error.code !== UNKNOWN_DATABASE) throw queryFailure(error);
        // A server refuses every statement, this one too, while the database that the connection names is not there.
        const other = clientOf('default');
        try {
          await other.command({ query: `CREATE DATABASE IF NOT EXISTS ${quoted(database)}` });
        } catch (cause) {
          throw queryFailure(cause);
        } finally {
          await other.close();
        }
      }
    },

    async query<T>(sql: string, params?: Parameters, asked: QueryOptions = {}): Promise<T[]> {
      const { signal } = asked;
      signal?.throwIfAborted();
      const queryId = asked.queryId ?? randomUUID();
      const release = stopWith(signal, queryId);
      try {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          query_id: queryId,
          // The engine holds the answer back until it is whole: a failure then has its own status.
          clickhouse_settings: { wait_end_of_query: 1, ...serverSettings(asked.settings) },
          ...(params === undefined ? {} : { query_params: { ...params } }),
          ...(signal === undefined ? {} : { abort_signal: signal }),
        });
        return await result.json<T>();
      } catch (error) {
        signal?.throwIfAborted();
        throw queryFailure(error);
      } finally {
        release();
      }
    },

    async *stream<T>(sql: string, params?: Parameters, asked: QueryOptions = {}): AsyncGenerator<readonly T[]> {
      const { signal } = asked;
      signal?.throwIfAborted();
      const queryId = asked.queryId ?? randomUUID();
      const release = stopWith(signal, queryId);
      try {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          query_id: queryId,
          clickhouse_settings: serverSettings(asked.settings),
          ...(params === undefined ? {} : { query_params: { ...params } }),
          ...(signal === undefined ? {} : { abort_signal: signal }),
        });
        for await (const rows of result.stream<T>()) yield rows.map((row) => row.json() as T);
      } catch (error) {
        signal?.throwIfAborted();
        throw queryFailure(error);
      } finally {
        release();
      }
    },

    async command(sql, params, settings) {
      try {
        await client.command({
          query: sql,
          clickhouse_settings: { wait_end_of_query: 1, ...serverSettings(settings) },
          ...(params === undefined ? {} : { query_params: { ...params } }),
        });
      } catch (error) {
        throw queryFailure(error);
      }
    },

    async insert(table, columns, payload, asked = {}) {
      try {
        const result = await client.exec({
          query: `INSERT INTO ${table} (${columns.map(quoted).join(', ')}) FORMAT RowBinary`,
          values: Readable.from(payload.map((piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))),
          query_id: asked.queryId ?? randomUUID(),
          clickhouse_settings: { wait_end_of_query: 1, ...serverSettings(asked.settings) },
        });
        for await (const _ of result.stream) {
          // An insert answers nothing; reading it to its end gives the socket back.
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
      const answer = await client.ping();
      if (!answer.success) throw unavailable(answer.error);
    },

    async close() {
      await client.close();
      agent?.destroy();
    },
  };
}
