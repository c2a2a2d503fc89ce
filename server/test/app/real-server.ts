import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ADMIN, seedAdmin } from '../support/seed-admin.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface RealServer {
  readonly url: string;
  readonly dataDir: string;
  /** Lines of the log so far. */
  readonly log: readonly string[];
  readonly password: string;
  /** `X-Access-Token` of the admin of a new directory. */
  readonly headers: Readonly<Record<string, string>>;
  /** Peak resident memory of the server's process so far, bytes; undefined where the system does not tell. */
  peakBytes(): number | undefined;
  /** TERM, and the exit code; the data directory stays until `remove`. */
  stop(): Promise<number | null>;
  remove(): Promise<void>;
}

interface Started {
  readonly url: string;
}

/** The built server in a process of its own, as a user starts it. */
export async function aRealServer(
  options: { readonly nodeArgs?: readonly string[]; readonly args?: readonly string[]; readonly dataDir?: string } = {},
): Promise<RealServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'seismo-real-'));
  // Where the configuration names somebody, nobody else is to be there.
  const isNew = options.args?.includes('--auth') === true ? false : await seedAdmin(dataDir);
  const args = ['start', '--data', dataDir, '--port', '0', '--json', ...(options.args ?? [])];
  const child: ChildProcess = spawn(process.execPath, [...(options.nodeArgs ?? []), MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '', TZ: 'America/New_York' },
  });
  const log: string[] = [];
  const started = await new Promise<Started>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      log.push(line);
      const parsed: unknown = line.startsWith('{') ? JSON.parse(line) : undefined;
      if (typeof parsed === 'object' && parsed !== null && 'url' in parsed) resolve(parsed as unknown as Started);
    });
    createInterface({ input: child.stderr! }).on('line', (line) => log.push(line));
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${log.join('\n')}`)));
  });
  const headers: Record<string, string> = {};
  if (isNew) {
    const answer = await fetch(`${started.url}/auth`, { method: 'POST', body: JSON.stringify(ADMIN) });
    headers['x-access-token'] = ((await answer.json()) as { token: string }).token;
  }
  async function stop(): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    return child.exitCode;
  }
  return {
    url: started.url,
    dataDir,
    log,
    password: isNew ? ADMIN.password : '',
    headers,
    peakBytes() {
      if (process.platform !== 'linux') return undefined;
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
    },
    stop,
    async remove() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
