import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endOrphan, noteEngine } from './orphan.ts';
import { startWatchdog } from './watchdog.ts';

/** The part of a logger the engine needs; pino's and Fastify's fit. */
export interface EngineLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EmbeddedEngineOptions {
  readonly dataDir: string;
  /** What the engine may use at most, all queries together; 0 leaves it to the engine. */
  readonly memoryBytes: number;
  readonly logger: EngineLogger;
}

export type EngineState = 'starting' | 'up' | 'down' | 'closed';

export interface EmbeddedEngine {
  readonly socketPath: string;
  readonly state: EngineState;
  pid(): number | undefined;
  /** Resident memory of the engine's process; undefined while it is down, or where the system does not tell. */
  memoryBytes(): number | undefined;
  /** Called each time the engine is up again, not for the first time. @returns a function that ends the calls */
  onUp(callback: () => void): () => void;
  /** Ends the engine as soon as nothing runs in it, and starts it again. */
  restart(reason: string): void;
  close(): Promise<void>;
}

const BACK_OFF_FIRST_MS = 250;
const BACK_OFF_MAX_MS = 5_000;
/** Whoever lived so long died of something else than the one before. */
const STABLE_AFTER_MS = 60_000;
/** So many deaths before the engine was ever up are a fault of the installation, not bad luck. */
const FIRST_START_ATTEMPTS = 3;
/** Opening twenty million events takes a quarter of a second; what takes so long does not come up any more. */
const START_MAX_MS = 120_000;
/** Killing it is safe: what was acknowledged is on disk. */
const CLOSE_MAX_MS = 2_500;
/** process.ts ends so when another process has the directory. */
const EXIT_IN_USE = 3;
/**
 * All that the engine's process knows of the server's environment, which may hold secrets. Every query runs on a thread of
 * Node's pool: with the usual four of them, four long questions would keep inserts and `KILL QUERY` waiting.
 */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '12', TZ: 'UTC' };
/** A Unix socket's path fits 104 bytes on macOS, 108 on Linux. */
const SOCKET_PATH_MAX = 100;

/** @throws when the engine does not exist for this machine */
function checkPlatform(): void {
  const way = 'Use a ClickHouse server instead: connection = "http://host:8123".';
  if (process.platform !== 'linux' && process.platform !== 'darwin')
    throw new Error(`The embedded engine exists for Linux (glibc) and macOS, not for ${process.platform}. ${way}`);
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    throw new Error(`The embedded engine exists for x64 and arm64, not for ${process.arch}. ${way}`);
  if (process.platform === 'linux') {
    const report = process.report?.getReport() as unknown as { header?: { glibcVersionRuntime?: string } } | undefined;
    if (report?.header?.glibcVersionRuntime === undefined)
      throw new Error(`The embedded engine needs glibc; this Linux (musl, as Alpine has it) has none. ${way}`);
  }
}

function processFile(): string {
  // Node 20 runs no TypeScript: under the tests the built file is started.
  const file = import.meta.url.endsWith('.ts')
    ? new URL('../../../../dist/store/clickhouse/embedded/process.js', import.meta.url)
    : new URL('./process.js', import.meta.url);
  const path = fileURLToPath(file);
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run build\` first.`);
  return path;
}

/** Starts the engine in a process of its own and keeps it running. Resolves when it answers. */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  checkPlatform();
  const { memoryBytes, logger } = options;
  const file = processFile();
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  let socketPath = join(dataDir, 'run', 'engine.sock');
  let borrowed: string | undefined;
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_MAX) {
    borrowed = await mkdtemp(join(tmpdir(), 'seismo-'));
    socketPath = join(borrowed, 'engine.sock');
  }
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });

  let state: EngineState = 'starting';
  let child: ChildProcess | undefined;
  let everUp = false;
  let deaths = 0;
  let backOff = BACK_OFF_FIRST_MS;
  let upSinceMs = 0;
  let isRestarting = false;
  let timer: NodeJS.Timeout | undefined;
  let lastWords = '';
  const callbacks = new Set<() => void>();
  let started: () => void = () => {};
  let failed: (error: Error) => void = () => {};
  const firstUp = new Promise<void>((yes, no) => {
    started = yes;
    failed = no;
  });

  const launch = (): void => {
    timer = undefined;
    state = 'starting';
    const args = [file, socketPath, dataDir, String(memoryBytes)];
    const born = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: ENVIRONMENT });
    child = born;
    try {
      noteEngine(dataDir, born.pid);
    } catch (error) {
      // A full disk, say. The note helps a later start, and this one goes without.
      logger.warn({ err: error }, 'the engine was not noted down');
    }
    let stopWatching = (): void => {};
    const late = setTimeout(() => {
      logger.error({ pid: born.pid, afterMs: START_MAX_MS }, 'engine does not come up; it is ended');
      born.kill('SIGKILL');
    }, START_MAX_MS);
    late.unref();
    if (born.stderr !== null)
      createInterface({ input: born.stderr }).on('line', (line) => {
        lastWords = line;
        logger.warn({ engine: line }, 'engine');
      });
    // The engine listens before it says so.
    born.on('message', (message) => {
      if (message !== 'ready' || state === 'closed') return;
      clearTimeout(late);
      state = 'up';
      upSinceMs = performance.now();
      stopWatching = startWatchdog(socketPath, () => {
        logger.error({ pid: born.pid }, 'engine hangs; it is ended');
        born.kill('SIGKILL');
      });
      logger.info({ pid: born.pid }, 'engine up');
      if (everUp) for (const callback of callbacks) callback();
      everUp = true;
      started();
    });
    let gone = false;
    const onGone = (reason: object): void => {
      if (gone) return;
      gone = true;
      clearTimeout(late);
      stopWatching();
      if (child === born) child = undefined;
      if (state === 'closed') return;
      if (state === 'up' && performance.now() - upSinceMs > STABLE_AFTER_MS) backOff = BACK_OFF_FIRST_MS;
      state = 'down';
      if (isRestarting) {
        isRestarting = false;
        logger.info(reason, 'engine ended to restart');
        launch();
        return;
      }
      deaths++;
      if (!everUp && (deaths >= FIRST_START_ATTEMPTS || born.exitCode === EXIT_IN_USE)) {
        state = 'closed';
        failed(new Error(`The embedded engine does not start in ${dataDir}: ${lastWords || JSON.stringify(reason)}`));
        return;
      }
      logger.error({ ...reason, retryInMs: backOff }, 'engine died');
      timer = setTimeout(launch, backOff);
      backOff = Math.min(backOff * 2, BACK_OFF_MAX_MS);
    };
    born.on('error', (error) => onGone({ err: error }));
    born.on('exit', (code, signal) => onGone({ code, signal }));
  };

  let closed: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    state = 'closed';
    clearTimeout(timer);
    const last = child;
    if (last !== undefined && last.exitCode === null && last.signalCode === null) {
      const exited = new Promise<void>((yes) => last.once('exit', () => yes()));
      const late = setTimeout(() => last.kill('SIGKILL'), CLOSE_MAX_MS);
      if (last.connected) last.send('close', () => {});
      await exited;
      clearTimeout(late);
    }
    if (borrowed !== undefined) await rm(borrowed, { recursive: true, force: true });
  };

  const orphan = await endOrphan(dataDir, file);
  if (orphan !== undefined)
    logger.warn({ pid: orphan }, 'the engine of an earlier server was still there; it was ended');
  launch();
  try {
    await firstUp;
  } catch (error) {
    if (borrowed !== undefined) await rm(borrowed, { recursive: true, force: true });
    throw error;
  }
  return {
    socketPath,
    get state() {
      return state;
    },
    pid: () => child?.pid,
    memoryBytes: () => (child?.pid === undefined ? undefined : residentBytes(child.pid)),
    onUp(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    restart(reason) {
      if (state !== 'up' || !child?.connected) return;
      logger.info({ pid: child.pid, reason }, 'engine restarts when nothing runs in it');
      isRestarting = true;
      child.send('restart', () => {});
    },
    close() {
      closed ??= shutDown();
      return closed;
    },
  };
}

function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
