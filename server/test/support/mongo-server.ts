/**
 * A real server of MongoDB's protocol for tests: FerretDB 1.24 on SQLite (scripts/ferretdb.mjs), in a process and a folder of its own.
 * It says that it is MongoDB 7.0 (wire version 21). What it does not do, as far as tests must know:
 * - It is a standalone: no replica set, no change streams, no transactions. Retryable writes are left off (`retryWrites=false` in `url`).
 * - Write and read concerns are accepted and ignored: `{w: 'majority', j: true}` is answered like any write. What was answered survives `kill`.
 * - There is no Decimal128. Documents with an infinite number, a list in a list, or a key that has a dot or begins with `$` are rejected,
 *   and -0 becomes 0. Such values are tested with documents from `BSON`, not through it.
 * - Without `auth`, any user may do anything; with it, the named user may do anything, and others nothing. There are no roles.
 * - Only equality of `_id` uses an index; anything else reads the whole collection, and a sort holds it in memory.
 * - `insert` goes on after a duplicate `_id` if `ordered` is false, and answers error 11000 with the `index`, as MongoDB does.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFerretdb } from '../../../scripts/ferretdb.mjs';
import { atFileEnd } from './at-file-end.ts';
import { freePort } from './free-port.ts';

const START_MAX_MS = 30_000;

/** `npm test` lists what is skipped without it. */
export const hasMongoServer = findFerretdb() !== undefined;

export interface MongoServer {
  /** Without a database: `new MongoClient(server.url)`. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** What it logged, the end of it. */
  readonly log: () => string;
  /** Ends it as `systemctl stop` does. */
  stop(): Promise<void>;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** After `stop` or `kill`: with the same data, on the same port. */
  start(): Promise<void>;
}

export interface MongoServerOptions {
  /** Kept by the caller. Absent: a new one that is removed with the server when the file's tests are over. */
  readonly dataDir?: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

/** Ends with the tests of the file. */
export async function startMongoServer({ dataDir, auth }: MongoServerOptions = {}): Promise<MongoServer> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'seismo-mongo-'));
  const port = await freePort();
  const user = auth === undefined ? '' : `${encodeURIComponent(auth.username)}:${encodeURIComponent(auth.password)}@`;
  const url = `mongodb://${user}127.0.0.1:${port}/?directConnection=true&retryWrites=false`;
  let running: Running | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ended = running;
    running = undefined;
    await ended?.end(signal);
  };
  const server: MongoServer = {
    url,
    port,
    dataDir: folder,
    log: () => running?.log() ?? '',
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async start() {
      running ??= await run(folder, port, auth);
    },
  };
  atFileEnd(async () => {
    await server.kill();
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

interface Running {
  readonly log: () => string;
  end(signal: NodeJS.Signals): Promise<void>;
}

async function run(folder: string, port: number, auth: MongoServerOptions['auth']): Promise<Running> {
  const files = join(folder, 'sqlite');
  mkdirSync(files, { recursive: true });
  const args = [
    '--handler=sqlite',
    `--sqlite-url=file:${files}/`,
    `--state-dir=${folder}`,
    `--listen-addr=127.0.0.1:${port}`,
    '--debug-addr=-',
    '--telemetry=disable',
    '--log-level=warn',
    ...(auth === undefined
      ? []
      : [
          '--test-enable-new-auth',
          '--setup-database=admin',
          `--setup-username=${auth.username}`,
          `--setup-password=${auth.password}`,
        ]),
  ];
  const child = spawn(findFerretdb()!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-10_000);
    });
  const running: Running = {
    log: () => said,
    async end(signal) {
      child.kill(signal);
      await exited;
    },
  };
  const until = performance.now() + START_MAX_MS;
  while (!(await listens(port))) {
    if (hasEnded(child) || performance.now() > until) {
      await running.end('SIGKILL');
      throw new Error(`FerretDB did not start: ${said}`);
    }
    await pause(20);
  }
  return running;
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
