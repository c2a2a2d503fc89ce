import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { noteEngine } from './orphan.ts';
import { startWatchdog } from './watchdog.ts';

/** Opening twenty million events takes a quarter of a second; an engine that takes this long will not come up. */
const START_MAX_MS = 120_000;
/** Killing it is safe: what was acknowledged is on disk. */
const CLOSE_MAX_MS = 2_500;
/** process.ts exits with it when another process has the directory. */
const EXIT_IN_USE = 3;
/**
 * All that the engine's process knows of the server's environment, which may hold secrets. Every query runs on a thread of
 * Node's pool: with the usual four of them, four long questions would keep inserts and `KILL QUERY` waiting.
 */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '12', TZ: 'UTC' };

/** The part of a logger the engine needs; pino's and Fastify's fit. */
export interface EngineLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EngineChildOptions {
  /** The built process.ts. */
  readonly file: string;
  readonly socketPath: string;
  readonly dataDir: string;
  readonly memoryBytes: number;
  readonly logger: EngineLogger;
  /** The engine listens. */
  readonly onReady: () => void;
  /** A line of its standard error. */
  readonly onLine: (line: string) => void;
  /** Once, however it ended. @param reason for the log */
  readonly onGone: (reason: object) => void;
}

/** One life of the engine's process: killed when it does not come up, or hangs. */
export class EngineChild {
  readonly #process: ChildProcess;
  readonly #options: EngineChildOptions;
  readonly #late: NodeJS.Timeout;
  #stopWatching = (): void => {};
  #isGone = false;

  constructor(options: EngineChildOptions) {
    this.#options = options;
    const { file, socketPath, dataDir, memoryBytes, logger } = options;
    const args = [file, socketPath, dataDir, String(memoryBytes)];
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: ENVIRONMENT });
    try {
      noteEngine(dataDir, this.pid);
    } catch (error) {
      // A full disk, say. The note helps a later start, and this one goes without.
      logger.warn({ err: error }, 'the engine was not noted down');
    }
    this.#late = setTimeout(() => {
      logger.error({ pid: this.pid, afterMs: START_MAX_MS }, 'engine does not come up; it is ended');
      this.#process.kill('SIGKILL');
    }, START_MAX_MS);
    this.#late.unref();
    if (this.#process.stderr !== null)
      createInterface({ input: this.#process.stderr }).on('line', (line) => options.onLine(line));
    // The engine listens before it says so.
    this.#process.on('message', (message) => {
      if (message === 'ready') options.onReady();
    });
    this.#process.on('error', (error) => this.#end({ err: error }));
    this.#process.on('exit', (code, signal) => this.#end({ code, signal }));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isConnected(): boolean {
    return this.#process.connected;
  }

  /** It ended because another process has the directory. */
  get foundDirectoryInUse(): boolean {
    return this.#process.exitCode === EXIT_IN_USE;
  }

  /** Resident memory; undefined where the system does not tell. */
  memoryBytes(): number | undefined {
    try {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    } catch {
      return undefined;
    }
  }

  /** It is up: from now on it must answer. */
  watch(): void {
    clearTimeout(this.#late);
    this.#stopWatching = startWatchdog(this.#options.socketPath, () => {
      this.#options.logger.error({ pid: this.pid }, 'engine hangs; it is ended');
      this.#process.kill('SIGKILL');
    });
  }

  /** Ends as soon as nothing runs in it. */
  endWhenIdle(): void {
    this.#process.send('restart', () => {});
  }

  async close(): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_MAX_MS);
    if (child.connected) child.send('close', () => {});
    await exited;
    clearTimeout(late);
  }

  #end(reason: object): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#late);
    this.#stopWatching();
    this.#options.onGone(reason);
  }
}
