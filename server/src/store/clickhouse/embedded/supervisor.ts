import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineChild, type EngineLogger } from './engine-child.ts';
import { endOrphan } from './orphan.ts';

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
/** An engine that ran for this long did not die of the same cause as the one before. */
const STABLE_AFTER_MS = 60_000;
/** This number of deaths before the engine was ever ready is a fault of the installation. */
const FIRST_START_ATTEMPTS = 3;
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
  const file = processFile();
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const { socketPath, removeSocket } = await socketIn(dataDir);
  const orphan = await endOrphan(dataDir, file);
  if (orphan !== undefined)
    options.logger.warn({ pid: orphan }, 'the engine of an earlier server was still there; it was ended');
  const supervisor = new Supervisor({ ...options, file, dataDir, socketPath, removeSocket });
  try {
    await supervisor.start();
  } catch (error) {
    await removeSocket();
    throw error;
  }
  return supervisor;
}

/** Beside the data, or where its path would be too long, in a directory of its own. */
async function socketIn(dataDir: string): Promise<{ socketPath: string; removeSocket: () => Promise<void> }> {
  const socketPath = join(dataDir, 'run', 'engine.sock');
  if (Buffer.byteLength(socketPath) <= SOCKET_PATH_MAX) {
    await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
    return { socketPath, removeSocket: async () => {} };
  }
  const directory = await mkdtemp(join(tmpdir(), 'seismo-'));
  return {
    socketPath: join(directory, 'engine.sock'),
    removeSocket: async () => await rm(directory, { recursive: true, force: true }),
  };
}

interface SupervisorOptions extends EmbeddedEngineOptions {
  readonly file: string;
  readonly socketPath: string;
  readonly removeSocket: () => Promise<void>;
}

/**
 * `starting` → `up` when the process listens; `down` when it ended, then `starting` again after a pause that doubles with each death;
 * `closed` at last, or when it never came up.
 */
class Supervisor implements EmbeddedEngine {
  readonly #options: SupervisorOptions;
  readonly #callbacks = new Set<() => void>();
  #state: EngineState = 'starting';
  #child: EngineChild | undefined;
  /** Of `start`, until the engine was up once. */
  #first: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #deaths = 0;
  #backOffMs = BACK_OFF_FIRST_MS;
  #upSinceMs = 0;
  /** Its end was asked for: it is started again at once. */
  #isRestarting = false;
  #relaunch: NodeJS.Timeout | undefined;
  /** The last line of the engine's standard error. */
  #lastLine = '';
  #closing: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get socketPath(): string {
    return this.#options.socketPath;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Resolves when the engine is up. @throws when it does not come up */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#first = { resolve, reject };
      this.#launch();
    });
  }

  pid(): number | undefined {
    return this.#child?.pid;
  }

  memoryBytes(): number | undefined {
    return this.#child?.memoryBytes();
  }

  onUp(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  restart(reason: string): void {
    const child = this.#child;
    if (this.#state !== 'up' || !child?.isConnected) return;
    this.#options.logger.info({ pid: child.pid, reason }, 'engine restarts when nothing runs in it');
    this.#isRestarting = true;
    child.endWhenIdle();
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  #launch(): void {
    this.#state = 'starting';
    const { logger } = this.#options;
    const child = new EngineChild({
      ...this.#options,
      onReady: () => this.#ready(child),
      onLine: (line) => {
        this.#lastLine = line;
        logger.warn({ engine: line }, 'engine');
      },
      onGone: (reason) => this.#gone(child, reason),
    });
    this.#child = child;
  }

  #ready(child: EngineChild): void {
    if (this.#state === 'closed') return;
    this.#state = 'up';
    this.#upSinceMs = performance.now();
    child.watch();
    this.#options.logger.info({ pid: child.pid }, 'engine up');
    const first = this.#first;
    this.#first = undefined;
    if (first) first.resolve();
    else for (const callback of this.#callbacks) callback();
  }

  #gone(child: EngineChild, reason: object): void {
    const { logger, dataDir } = this.#options;
    if (this.#child === child) this.#child = undefined;
    if (this.#state === 'closed') return;
    const wasStable = this.#state === 'up' && performance.now() - this.#upSinceMs > STABLE_AFTER_MS;
    if (wasStable) this.#backOffMs = BACK_OFF_FIRST_MS;
    this.#state = 'down';
    if (this.#isRestarting) {
      this.#isRestarting = false;
      logger.info(reason, 'engine ended to restart');
      this.#launch();
      return;
    }
    this.#deaths++;
    if (this.#first && (this.#deaths >= FIRST_START_ATTEMPTS || child.foundDirectoryInUse)) {
      this.#state = 'closed';
      const words = this.#lastLine || JSON.stringify(reason);
      this.#first.reject(new Error(`The embedded engine does not start in ${dataDir}: ${words}`));
      return;
    }
    logger.error({ ...reason, retryInMs: this.#backOffMs }, 'engine died');
    this.#relaunch = setTimeout(() => this.#launch(), this.#backOffMs);
    this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MAX_MS);
  }

  async #shutDown(): Promise<void> {
    this.#state = 'closed';
    clearTimeout(this.#relaunch);
    await this.#child?.close();
    await this.#options.removeSocket();
  }
}
