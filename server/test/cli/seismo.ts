/** The command as a user runs it: the built one, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/seismo.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
}

export function spawnSeismo(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
  });
}

export async function seismo(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawnSeismo(args, options);
  child.stdin!.on('error', () => {});
  child.stdin!.end(options.input ?? '');
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr] = await Promise.all([textOf(child.stdout!), textOf(child.stderr!)]);
  return { code: (await ended)[0], stdout, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export interface Started {
  readonly child: ChildProcess;
  /** Everything said on standard output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `seismo start`; resolves when it has printed what a start prints. */
export async function startSeismo(args: readonly string[], options: RunOptions = {}): Promise<Started> {
  const child = spawnSeismo(['start', '--port', '0', ...args], options);
  let stdout = '';
  let stderr = '';
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (chunk) => {
      stdout += chunk;
      if (stdout.endsWith('\n')) resolve();
    });
    void ended.then(([code]) => reject(new Error(`seismo start ended with ${code}: ${stderr}`)));
  });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}
