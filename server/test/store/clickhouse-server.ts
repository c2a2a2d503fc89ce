/** A real ClickHouse server for tests, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hasPython } from '../../../scripts/has-python.mjs';
import { freePort } from '../support/free-port.ts';

export interface ClickHouseServer {
  readonly url: string;
  readonly tcpPort: number;
  /** The signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Ends it at once, as a crash does. Its directory can be opened again. */
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('./clickhouse-server.py', import.meta.url));
const START_MAX_MS = 30_000;

/** `npm test` lists what is skipped without it. */
export const hasClickHouseServer = hasPython;

function libraryPath(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('chdb'));
  const name = `@chdb/lib-linux-${process.arch}-gnu`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'libchdb.so');
}

/** @param more arguments of `clickhouse local`, such as `--config-file=…` */
export async function startClickHouseServer(
  dataDir: string,
  more: readonly string[] = [],
  at?: { readonly httpPort: number; readonly tcpPort: number },
): Promise<ClickHouseServer> {
  const httpPort = at?.httpPort ?? (await freePort());
  const tcpPort = at?.tcpPort ?? (await freePort());
  const args = [SCRIPT, libraryPath(), dataDir, `${httpPort}`, `${tcpPort}`, ...more];
  const child = spawn('python3', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const url = `http://127.0.0.1:${httpPort}`;
  const until = performance.now() + START_MAX_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > until) {
      await end(child);
      throw new Error(`ClickHouse did not start: ${said}`);
    }
    await pause(100);
  }
  return { url, tcpPort, ended, kill: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/ping`).then(
    (answer) => answer.ok,
    () => false,
  );
