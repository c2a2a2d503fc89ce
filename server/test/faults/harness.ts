/** The built server as processes, driven over HTTP, and a ledger of what it promised. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ADMIN, seedAdmin } from '../support/seed-admin.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** `npm run test:faults` runs the long form. */
export const IS_LONG = process.env['FAULTS'] === 'long';
/** Four: of everything and of the server alone, with the engine of the server before ended and still ending. */
export const ROUNDS = IS_LONG ? 30 : 4;
export const BODIES = IS_LONG ? 200_000 : 4_000;
/** What is posted under load is read and sent again after each round, which takes most of its time. */
const LOAD = IS_LONG ? { eventsMax: 50, pauseMs: 3 } : { eventsMax: 10, pauseMs: 8 };
/** Long enough for all rounds on a busy machine; a round takes two to ten seconds. */
export const ROUNDS_TIMEOUT_MS = 60_000 + ROUNDS * 30_000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Numbers from 0 up to 1, the same each time: Park and Miller's minimal standard generator. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export function uuidOf(random: () => number): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/**
 * Until it holds.
 * @param seen what was found instead, for the error's message: a failure in somebody else's log must tell why
 */
export async function until<T>(
  what: string,
  withinMs: number,
  work: () => Promise<T | undefined> | T | undefined,
  seen: () => string = () => '',
): Promise<T> {
  const end = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await work();
      if (value !== undefined) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end)
      throw new Error(`Not within ${withinMs} ms: ${what}${last === undefined ? '' : `; ${last}`}\n${seen()}`, {
        cause: last,
      });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** All but sockets, which cannot be copied. */
export const copyDirectory = (from: string, to: string): void =>
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: (path) => !lstatSync(path).isSocket() });

/** Running, and not only listed until somebody asks how it ended. */
export const isRunning = (pid: number): boolean =>
  existsSync(`/proc/${pid}/status`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** As the kernel calls it: `S (sleeping)`, `T (stopped)`. */
const stateOf = (pid: number): string =>
  /^State:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '?';

export interface ServerOptions {
  readonly dataDir?: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One data directory, and the servers that run on it one after the other. */
export class Servers {
  readonly dataDir: string;
  readonly log: string[] = [];
  url = '';
  child: ChildProcess | undefined;
  #token = '';
  readonly #options: ServerOptions;
  #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(options: ServerOptions = {}) {
    this.#options = options;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'seismo-faults-'));
  }

  async start(args: readonly string[] = []): Promise<void> {
    if (this.#token === '') await seedAdmin(this.dataDir);
    const all = [
      'start',
      '--data',
      this.dataDir,
      '--port',
      '0',
      '--json',
      '--token-ttl',
      '1440',
      '--log-level',
      'warn',
    ];
    const child = spawn(
      process.execPath,
      [...(this.#options.nodeArgs ?? []), MAIN, ...all, ...(this.#options.args ?? []), ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own, so that all of it can be killed at once.
        detached: true,
        env: { ...process.env, FAULTS: '', PORT: '', ...this.#options.env },
      },
    );
    this.child = child;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const ready = new Promise<{ url: string }>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.log.push(line);
        if (line.startsWith('{"url"')) resolve(JSON.parse(line));
      });
      createInterface({ input: child.stderr }).on('line', (line) => this.log.push(line));
      child.once('exit', (code, signal) =>
        reject(new Error(`The server ended with ${code ?? signal}: ${this.log.slice(-20).join('\n')}`)),
      );
    });
    this.url = (await ready).url;
    // Tokens outlive their server.
    if (this.#token === '') await this.signIn();
  }

  async signIn(): Promise<void> {
    const answer = await this.ask('POST', '/auth', JSON.stringify(ADMIN));
    if (answer.status !== 200) throw new Error(answer.text);
    this.#token = (JSON.parse(answer.text) as { token: string }).token;
  }

  get token(): string {
    return this.#token;
  }

  /** @throws when the connection breaks */
  ask(method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const all = { ...(this.#token && { 'x-access-token': this.#token }), ...headers };
      const asked = request(`${this.url}${path}`, { method, agent: this.#agent, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
        response.on('aborted', () => reject(new Error('The answer was cut.')));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  async json<T>(path: string): Promise<T> {
    const { status, text } = await this.ask('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }

  enginePid(): number {
    return (JSON.parse(readFileSync(join(this.#engineDir(), 'engine.pid'), 'utf8')) as { engine: number }).engine;
  }

  #engineIfAny(): number | undefined {
    try {
      return this.enginePid();
    } catch {
      // No engine of ours, or one that was never noted down.
      return undefined;
    }
  }

  #engineDir(): string {
    const at = this.#options.args?.indexOf('--connection') ?? -1;
    return at < 0 ? this.dataDir : this.#options.args![at + 1]!;
  }

  /** `kill -9`, of the server alone or of everything it started, and of nothing else. */
  async kill(what: 'server' | 'all'): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    process.kill(what === 'all' ? -child.pid : child.pid, 'SIGKILL');
    await exited;
    this.#agent.destroy();
  }

  /** TERM. @returns the exit code, and how long it took */
  async stop(): Promise<{ readonly code: number | null; readonly ms: number }> {
    const child = this.child!;
    const since = performance.now();
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    this.#agent.destroy();
    return { code: child.exitCode, ms: performance.now() - since };
  }

  async remove(): Promise<void> {
    await this.kill('all');
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Until all that was journalled is in the store. */
  async drained(withinMs = 60_000): Promise<void> {
    let ingest: { readonly journalEvents?: number } = {};
    await until(
      'all is in the store',
      withinMs,
      async () => {
        ({ ingest } = await this.json<{ ingest: { journalEvents: number } }>('/api/stats'));
        return ingest.journalEvents === 0 ? true : undefined;
      },
      () => `${JSON.stringify(ingest)}\n${this.state()}`,
    );
  }

  /** Its processes, its disk and the end of its log, for whoever reads of a failure. */
  state(): string {
    const { bavail, bsize } = statfsSync(this.dataDir);
    const pids = [this.child?.pid, this.#engineIfAny()];
    const processes = pids.map((pid) => `${pid} ${pid === undefined || !isRunning(pid) ? 'is gone' : stateOf(pid)}`);
    return [
      `server ${processes[0]}, engine ${processes[1]}, free on the disk: ${bavail * bsize}`,
      ...this.log.slice(-40),
    ].join('\n');
  }
}

export interface SentEvent {
  readonly uuid: string;
  readonly event: string;
  readonly user: string;
  readonly timestamp: number;
}

/** What was sent, and what was promised about it. */
export class Ledger {
  readonly promised = new Map<string, SentEvent>();
  /** Sent, and the answer did not come: they may be there, once. */
  readonly unknown = new Map<string, SentEvent>();
  /** Answered 503: whoever sends them again must not hear that they are known. */
  readonly refused = new Map<string, SentEvent>();
}

const NAMES = ['viewed', 'clicked', 'paid', 'left'];
/** Within one day, so that one report counts them all. */
export const DAY = '2026-03-10';
const DAY_MS = Date.parse(`${DAY}T00:00:00Z`);

export function someEvents(random: () => number, count: number): SentEvent[] {
  return Array.from({ length: count }, () => ({
    uuid: uuidOf(random),
    event: NAMES[Math.floor(random() * NAMES.length)]!,
    user: `user-${Math.floor(random() * 200)}`,
    timestamp: DAY_MS + Math.floor(random() * 86_400_000),
  }));
}

const bodyOf = (events: readonly SentEvent[], form: 'single' | 'array' | 'lines'): string => {
  const texts = events.map((event, i) =>
    JSON.stringify({ ...event, data: { n: i, plan: i % 3 === 0 ? 'pro' : 'free' } }),
  );
  if (form === 'single') return texts[0]!;
  return form === 'array' ? `[${texts.join(',')}]` : texts.join('\n');
};

/** Posts events in one of the three forms and writes down what came of it. @returns the status, 0 when the connection broke */
export async function send(
  servers: Servers,
  app: string,
  events: readonly SentEvent[],
  form: 'single' | 'array' | 'lines',
  ledger: Ledger,
): Promise<Answer | undefined> {
  const type = form === 'lines' ? 'application/x-ndjson' : 'application/json';
  let answer: Answer;
  try {
    answer = await servers.ask('POST', `/api/events/${app}`, bodyOf(events, form), { 'content-type': type });
  } catch {
    for (const event of events) ledger.unknown.set(event.uuid, event);
    return undefined;
  }
  if (answer.status === 200 || answer.status === 201) {
    for (const event of events) {
      ledger.promised.set(event.uuid, event);
      ledger.refused.delete(event.uuid);
      ledger.unknown.delete(event.uuid);
    }
  } else if (answer.status === 503) {
    // Of lines, a beginning may be stored (API.md): `nextIndex` says how far.
    const { nextIndex = 0 } = JSON.parse(answer.text) as { nextIndex?: number };
    events.forEach((event, i) => {
      (i < nextIndex ? ledger.promised : ledger.refused).set(event.uuid, event);
    });
  } else throw new Error(`Posting was answered ${answer.status}: ${answer.text}`);
  return answer;
}

/** Posts over so many connections until told to stop. @returns what stops it, and waits until nothing is under way */
export function underLoad(
  servers: Servers,
  app: string,
  ledger: Ledger,
  random: () => number,
  options: { readonly connections?: number; readonly onAnswer?: (answer: Answer | undefined) => void } = {},
): () => Promise<void> {
  let isOver = false;
  const clients = Array.from({ length: options.connections ?? 4 }, async () => {
    while (!isOver) {
      const dice = random();
      const form = dice < 0.3 ? 'single' : dice < 0.7 ? 'array' : 'lines';
      const events = someEvents(random, form === 'single' ? 1 : 1 + Math.floor(random() * LOAD.eventsMax));
      const answer = await send(servers, app, events, form, ledger);
      options.onAnswer?.(answer);
      // A server that is gone refuses at once; and it is the moments that are to be many, not the events, which are all read again.
      await new Promise((resolve) => setTimeout(resolve, answer === undefined ? 20 : LOAD.pauseMs));
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(clients);
  };
}

/** How often each uuid is stored, read as a user would. */
export async function storedTimes(servers: Servers, app: string): Promise<Map<string, number>> {
  const { status, text } = await servers.ask('GET', `/api/events/${app}`, undefined, {
    accept: 'application/x-ndjson',
  });
  if (status !== 200) throw new Error(`${status} ${text}`);
  const times = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { uuid } = JSON.parse(line) as { uuid: string };
    times.set(uuid, (times.get(uuid) ?? 0) + 1);
  }
  return times;
}

/** What is wrong with what is stored, in words; empty when every promise is kept. Sends what was not promised again. */
export async function brokenPromises(servers: Servers, app: string, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  const times = await until('the events can be read', 20_000, () => storedTimes(servers, app));
  const count = (map: ReadonlyMap<string, unknown>, isWrong: (times: number) => boolean): number =>
    [...map.keys()].filter((uuid) => isWrong(times.get(uuid) ?? 0)).length;
  const lost = count(ledger.promised, (each) => each === 0);
  const twice = [...times.values()].filter((each) => each > 1).length;
  const refused = count(ledger.refused, (each) => each > 0 && true);
  if (lost > 0) wrong.push(`${lost} of ${ledger.promised.size} acknowledged events are not there`);
  if (twice > 0) wrong.push(`${twice} events are there twice`);
  if (refused > 0) wrong.push(`${refused} events that were refused are there`);

  // None acknowledged twice as new.
  const again = await repost(servers, app, [...ledger.promised.values()]);
  if (again.accepted > 0) wrong.push(`${again.accepted} acknowledged events were accepted again`);
  const known = count(ledger.unknown, (each) => each === 1);
  const unknown = await repost(servers, app, [...ledger.unknown.values()]);
  if (unknown.duplicates !== known)
    wrong.push(`${known} events without an answer are there, ${unknown.duplicates} of them are called known`);
  const refusedAgain = await repost(servers, app, [...ledger.refused.values()]);
  if (refusedAgain.duplicates > 0) wrong.push(`${refusedAgain.duplicates} events that were refused are called known`);
  for (const map of [ledger.unknown, ledger.refused]) for (const [uuid, event] of map) ledger.promised.set(uuid, event);
  ledger.unknown.clear();
  ledger.refused.clear();

  const all = await storedTimes(servers, app);
  if (all.size !== ledger.promised.size || [...all.values()].some((each) => each !== 1))
    wrong.push(`${all.size} different events are there instead of ${ledger.promised.size}, or some of them twice`);
  wrong.push(...(await wrongReports(servers, app, [...ledger.promised.values()])));
  return wrong;
}

async function repost(
  servers: Servers,
  app: string,
  events: readonly SentEvent[],
): Promise<{ accepted: number; duplicates: number }> {
  const sum = { accepted: 0, duplicates: 0 };
  for (let from = 0; from < events.length; from += 2_000) {
    const answer = await servers.ask('POST', `/api/events/${app}`, bodyOf(events.slice(from, from + 2_000), 'lines'), {
      'content-type': 'application/x-ndjson',
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    const { accepted, duplicates } = JSON.parse(answer.text) as typeof sum;
    sum.accepted += accepted;
    sum.duplicates += duplicates;
  }
  return sum;
}

/** Reports that come from roll-ups, against the events sent: totals, users and every bucket. */
async function wrongReports(servers: Servers, app: string, events: readonly SentEvent[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const event of [undefined, ...NAMES]) {
    const mine = events.filter((each) => event === undefined || each.event === event);
    const path = `/api/reports/day/${app}?date=${DAY}&interval=hour${event === undefined ? '' : `&event=${event}`}`;
    const report = await servers.json<{ total: number; users: number; series: { total: number; users: number }[] }>(
      path,
    );
    const hours = Array.from({ length: 24 }, (_, hour) =>
      mine.filter(({ timestamp }) => Math.floor((timestamp - DAY_MS) / 3_600_000) === hour),
    );
    const users = (some: readonly SentEvent[]): number => new Set(some.map(({ user }) => user)).size;
    const due = [mine.length, users(mine), ...hours.map((some) => `${some.length} ${users(some)}`)];
    const is = [report.total, report.users, ...report.series.map((bucket) => `${bucket.total} ${bucket.users}`)];
    if (due.join() !== is.join())
      wrong.push(`the report of ${event ?? 'all'} says ${is.join()} instead of ${due.join()}`);
  }
  return wrong;
}
