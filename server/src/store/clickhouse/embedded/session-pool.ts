/** The engine's sessions, each running one query at a time: the order of waiting requests, how a query is stopped, and each session's settings. */

import type { Session } from 'chdb';
import { settledWithin } from '../../../system/timeout.ts';
import { quotedName, quotedText } from '../sql-quotes.ts';

/** `change` is for statements that change the table (erasures, columns) and their counts: they may take minutes, and questions continue. */
export type SessionKind = 'insert' | 'small' | 'general' | 'change' | 'spare';

/** The default settings of a query. */
export const BASE_SETTINGS: Readonly<Record<string, string>> = {
  output_format_json_quote_64bit_integers: '1',
  output_format_json_quote_denormals: '1',
  max_threads: '2',
  // The engine would drop to one thread whenever less than 1 GiB per thread is free of its memory limit: here, always.
  max_threads_min_free_memory_per_thread: '0',
  // The statement that sets a question's parameters holds them all: a thousand groups of long strings, for example.
  max_query_size: '67108864',
  max_ast_elements: '1000000',
  max_expanded_ast_elements: '2000000',
};

/** A query that cannot be stopped for this long is a fault of the engine: it is ended and restarted. */
const KILL_MAX_MS = 30_000;
const KILL_AGAIN_MS = 50;
const QUIET_AGAIN_MS = 20;

/** One session: the engine runs one query at a time in each. */
export interface PooledSession {
  readonly kind: SessionKind;
  readonly session: Session;
  /** The current values; undefined when a change was rejected halfway. */
  readonly settings: Map<string, string | undefined>;
  readonly parameters: Set<string>;
  database: string;
  isBusy: boolean;
}

/** A request for the engine, from its arrival to its end. */
export class RunningQuery {
  readonly queryId: string;
  /** Abandons what has not reached a session yet. */
  abandon: () => void;
  isCancelled = false;
  pooled: PooledSession | undefined;
  readonly settled: Promise<void>;
  settle: () => void = () => {};

  constructor(queryId: string, abandon: () => void) {
    this.queryId = queryId;
    this.abandon = abandon;
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
  }
}

interface Waiting {
  readonly running: RunningQuery;
  readonly kinds: readonly SessionKind[];
  readonly start: (pooled: PooledSession) => void;
}

export class Refusal extends Error {
  constructor(code: number, text: string, type: string) {
    super(`Code: ${code}. DB::Exception: ${text} (${type})`);
  }
}

/** `{p1:String}`; also matches what only looks so, within a string. */
const PLACEHOLDER = /\{\s*([A-Za-z_]\w*)\s*:/g;
const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
const cancelled = (): Refusal => new Refusal(394, 'Query was cancelled.', 'QUERY_WAS_CANCELLED');

/** Queries by id, or by the start of their id. */
export type Which = { readonly id: string } | { readonly prefix: string };

/** Our own have no id. */
const isMeant = (queryId: string, which: Which): boolean =>
  'id' in which ? queryId === which.id : queryId !== '' && queryId.startsWith(which.prefix);

/** Distributes requests to sessions in order of arrival, and stops them. */
export class SessionPool {
  readonly #sessions: PooledSession[] = [];
  readonly #queries = new Set<RunningQuery>();
  readonly #waiting: Waiting[] = [];
  /** Ends the process: what was acknowledged is on disk. */
  readonly #die: (reason: string) => void;

  constructor(die: (reason: string) => void) {
    this.#die = die;
  }

  add(kind: SessionKind, session: Session): void {
    this.#sessions.push({
      kind,
      session,
      settings: new Map(),
      parameters: new Set(),
      database: 'default',
      isBusy: false,
    });
  }

  each(): readonly PooledSession[] {
    return this.#sessions;
  }

  /** A request has arrived. It must be `end`ed. @param abandon ends what it waits for, when it is stopped on its way to a session */
  begin(queryId: string, abandon: () => void): RunningQuery {
    const running = new RunningQuery(queryId, abandon);
    this.#queries.add(running);
    return running;
  }

  end(running: RunningQuery): void {
    this.#queries.delete(running);
    running.settle();
  }

  /** Runs `job` on a free session of one of the kinds. */
  async run<T>(
    running: RunningQuery,
    kinds: readonly SessionKind[],
    job: (pooled: PooledSession) => Promise<T>,
  ): Promise<T> {
    if (running.isCancelled) throw cancelled();
    const pooled = await new Promise<PooledSession>((resolve, reject) => {
      const waiting: Waiting = { running, kinds, start: resolve };
      running.abandon = () => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(cancelled());
      };
      if (!this.#take(waiting)) this.#waiting.push(waiting);
    });
    try {
      if (running.isCancelled) throw cancelled();
      return await job(pooled);
    } finally {
      pooled.isBusy = false;
      running.pooled = undefined;
      this.#drain();
    }
  }

  /** All requests in progress. */
  async idle(): Promise<void> {
    await Promise.all([...this.#queries].map(({ settled }) => settled));
  }

  /** Whether nothing runs except our own checks of the engine. */
  get isQuiet(): boolean {
    return [...this.#queries].every(({ queryId }) => queryId === '');
  }

  /** Resolves when nothing runs, or after this time. */
  async quiet(maxMs: number): Promise<void> {
    const end = performance.now() + maxMs;
    while (!this.isQuiet && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, QUIET_AGAIN_MS));
  }

  /**
   * Stops waiting requests at once, and running ones through the engine. When it resolves, those have ended: only the
   * engine's process list still shows a stopped query until its session has the next one.
   * @returns how many
   */
  async kill(which: Which): Promise<number> {
    const hit = [...this.#queries].filter(({ queryId }) => isMeant(queryId, which));
    for (const running of hit) {
      running.isCancelled = true;
      if (running.pooled === undefined) running.abandon();
    }
    const late = setTimeout(() => this.#die(`a query could not be stopped within ${KILL_MAX_MS} ms`), KILL_MAX_MS);
    try {
      for (;;) {
        const ids = hit.filter(({ pooled }) => pooled !== undefined).map(({ queryId }) => quotedText(queryId));
        // The engine gives each query an id of its own; ours is sent as the log comment.
        if (ids.length > 0) await this.onSpare(`KILL QUERY WHERE Settings['log_comment'] IN (${ids.join(',')}) ASYNC`);
        // A query may not be listed yet when it is to be stopped: ask again until it has ended.
        if (await settledWithin(KILL_AGAIN_MS, Promise.all(hit.map(({ settled }) => settled)))) return hit.length;
      }
    } finally {
      clearTimeout(late);
    }
  }

  /** A statement on the session reserved for that. @returns its response as tab-separated lines */
  async onSpare(sql: string): Promise<string> {
    const running = this.begin('', () => {});
    try {
      const result = await this.run(running, ['spare'], (pooled) =>
        pooled.session.queryAsync(sql, { format: 'TabSeparated' }),
      );
      return Buffer.from(result.bytes()).toString('utf8');
    } finally {
      this.end(running);
    }
  }

  #take({ running, kinds, start }: Waiting): boolean {
    for (const kind of kinds) {
      const pooled = this.#sessions.find((each) => each.kind === kind && !each.isBusy);
      if (pooled === undefined) continue;
      pooled.isBusy = true;
      running.pooled = pooled;
      start(pooled);
      return true;
    }
    return false;
  }

  #drain(): void {
    for (let at = 0; at < this.#waiting.length; ) {
      if (this.#take(this.#waiting[at]!)) this.#waiting.splice(at, 1);
      else at++;
    }
  }
}

/** Gives the session the request's database, settings and parameters. Only differences are sent. */
export async function prepare(
  pooled: PooledSession,
  query: string,
  database: string,
  settings: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, string>,
): Promise<void> {
  if (pooled.database !== database) {
    await pooled.session.queryAsync(`USE ${quotedName(database)}`);
    pooled.database = database;
  }
  const changes: string[] = [];
  for (const [name] of pooled.settings) {
    if (settings.has(name)) continue;
    const base = BASE_SETTINGS[name];
    changes.push(`${name} = ${base === undefined ? 'DEFAULT' : quotedText(base)}`);
  }
  for (const [name, value] of settings) {
    if (pooled.settings.get(name) === value) continue;
    if (!isName(name)) throw new Refusal(115, `Unknown setting '${name}'`, 'UNKNOWN_SETTING');
    changes.push(`${name} = ${quotedText(value)}`);
  }
  // A session keeps its parameters: an earlier question's value must not be used for this one.
  for (const [, name = ''] of query.matchAll(PLACEHOLDER))
    if (!parameters.has(name) && pooled.parameters.has(name))
      throw new Refusal(456, `Substitution \`${name}\` is not set`, 'UNKNOWN_QUERY_PARAMETER');
  for (const [name, value] of parameters) {
    if (!isName(name)) throw new Refusal(36, `Parameter name '${name}' is not usable`, 'BAD_ARGUMENTS');
    changes.push(`param_${name} = ${quotedText(value)}`);
    pooled.parameters.add(name);
  }
  if (changes.length === 0) return;
  // One statement for all of them: each costs half a millisecond, and a question has some ten. If it were rejected halfway, the current
  // values would not be known: then the next question sets all of them again.
  const names = [...pooled.settings.keys(), ...settings.keys()];
  for (const name of names) pooled.settings.set(name, undefined);
  await pooled.session.queryAsync(`SET ${changes.join(', ')}`);
  pooled.settings.clear();
  for (const [name, value] of settings) pooled.settings.set(name, value);
}
