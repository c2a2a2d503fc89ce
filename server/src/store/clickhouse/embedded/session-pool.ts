/** The engine's sessions: one query at a time in each, so who waits for which, how a query is stopped, and what a session is set to. */
import type { Session } from 'chdb';

/** `change` is for statements that change the table (erasures, columns) and their counts: they may take minutes, and questions go on. */
export type LaneKind = 'insert' | 'small' | 'general' | 'change' | 'spare';

/** Settings of every query that says nothing else. */
export const BASE_SETTINGS: Readonly<Record<string, string>> = {
  output_format_json_quote_64bit_integers: '1',
  output_format_json_quote_denormals: '1',
  max_threads: '2',
  // The engine would drop to one thread whenever less than 1 GiB a thread is free of what it may use: always, here.
  max_threads_min_free_memory_per_thread: '0',
  // The statement that sets a question's parameters holds them all, a thousand groups of long texts, say.
  max_query_size: '67108864',
  max_ast_elements: '1000000',
  max_expanded_ast_elements: '2000000',
};

/** A query that cannot be stopped for so long is a fault of the engine: it is ended, and started again. */
const KILL_MAX_MS = 30_000;
const KILL_AGAIN_MS = 50;
const QUIET_AGAIN_MS = 20;

/** One session: the engine runs one query at a time in each. */
export interface Lane {
  readonly kind: LaneKind;
  readonly session: Session;
  /** As they hold; undefined when a change was refused half-way. */
  readonly settings: Map<string, string | undefined>;
  readonly parameters: Set<string>;
  database: string;
  isBusy: boolean;
}

/** A request for the engine, from its arrival to its end. */
export class Work {
  readonly queryId: string;
  /** Gives up what has not reached a lane yet. */
  abandon: () => void;
  isCancelled = false;
  lane: Lane | undefined;
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
  readonly work: Work;
  readonly kinds: readonly LaneKind[];
  readonly start: (lane: Lane) => void;
}

export class Refusal extends Error {
  constructor(code: number, text: string, type: string) {
    super(`Code: ${code}. DB::Exception: ${text} (${type})`);
  }
}

export const sqlText = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
/** `{p1:String}`; also where one only looks so, in a text. */
const PLACEHOLDER = /\{\s*([A-Za-z_]\w*)\s*:/g;
const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
const cancelled = (): Refusal => new Refusal(394, 'Query was cancelled.', 'QUERY_WAS_CANCELLED');

/** Queries by their id, or by how their ids begin. */
export type Which = { readonly id: string } | { readonly prefix: string };

/** Ours have no id. */
const isMeant = (queryId: string, which: Which): boolean =>
  'id' in which ? queryId === which.id : queryId !== '' && queryId.startsWith(which.prefix);

/** Deals requests out to sessions, in order of arrival, and stops them. */
export class Lanes {
  readonly #lanes: Lane[] = [];
  readonly #works = new Set<Work>();
  readonly #waiting: Waiting[] = [];
  /** Ends the process: what was acknowledged is on disk. */
  readonly #die: (reason: string) => void;

  constructor(die: (reason: string) => void) {
    this.#die = die;
  }

  add(kind: LaneKind, session: Session): void {
    this.#lanes.push({ kind, session, settings: new Map(), parameters: new Set(), database: 'default', isBusy: false });
  }

  each(): readonly Lane[] {
    return this.#lanes;
  }

  /** A request has arrived. It must be `end`ed. @param abandon ends what it waits for, when it is stopped on its way to a lane */
  begin(queryId: string, abandon: () => void): Work {
    const work = new Work(queryId, abandon);
    this.#works.add(work);
    return work;
  }

  end(work: Work): void {
    this.#works.delete(work);
    work.settle();
  }

  /** Runs `job` on a free session of one of the kinds. */
  async run<T>(work: Work, kinds: readonly LaneKind[], job: (lane: Lane) => Promise<T>): Promise<T> {
    if (work.isCancelled) throw cancelled();
    const lane = await new Promise<Lane>((resolve, reject) => {
      const waiting: Waiting = { work, kinds, start: resolve };
      work.abandon = () => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(cancelled());
      };
      if (!this.#take(waiting)) this.#waiting.push(waiting);
    });
    try {
      if (work.isCancelled) throw cancelled();
      return await job(lane);
    } finally {
      lane.isBusy = false;
      work.lane = undefined;
      this.#drain();
    }
  }

  /** Everything under way. */
  async idle(): Promise<void> {
    await Promise.all([...this.#works].map(({ settled }) => settled));
  }

  /** Whether nothing runs but our own looks at the engine. */
  get isQuiet(): boolean {
    return [...this.#works].every(({ queryId }) => queryId === '');
  }

  /** Resolves when nothing runs, or after so long. */
  async quiet(maxMs: number): Promise<void> {
    const end = performance.now() + maxMs;
    while (!this.isQuiet && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, QUIET_AGAIN_MS));
  }

  /**
   * Stops what is on its way to a lane at once, and what runs through the engine. What ran has ended when it resolves: only the
   * engine's list of processes goes on naming a query that was stopped, until its session has the next one.
   * @returns how many
   */
  async kill(which: Which): Promise<number> {
    const hit = [...this.#works].filter(({ queryId }) => isMeant(queryId, which));
    for (const work of hit) {
      work.isCancelled = true;
      if (work.lane === undefined) work.abandon();
    }
    const late = setTimeout(() => this.#die(`a query could not be stopped within ${KILL_MAX_MS} ms`), KILL_MAX_MS);
    try {
      for (;;) {
        const ids = hit.filter(({ lane }) => lane !== undefined).map(({ queryId }) => sqlText(queryId));
        // The engine gives each query an id of its own; ours travels as the log comment.
        if (ids.length > 0) await this.onSpare(`KILL QUERY WHERE Settings['log_comment'] IN (${ids.join(',')}) ASYNC`);
        // A query may not have been listed yet when it was to be stopped: ask again until it has ended.
        if (await this.#settledWithin(hit, KILL_AGAIN_MS)) return hit.length;
      }
    } finally {
      clearTimeout(late);
    }
  }

  /** A statement on the session that is kept for such. @returns its answer as tabs and lines */
  async onSpare(sql: string): Promise<string> {
    const work = this.begin('', () => {});
    try {
      const result = await this.run(work, ['spare'], (lane) =>
        lane.session.queryAsync(sql, { format: 'TabSeparated' }),
      );
      return Buffer.from(result.bytes()).toString('utf8');
    } finally {
      this.end(work);
    }
  }

  async #settledWithin(works: readonly Work[], ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const all = Promise.all(works.map(({ settled }) => settled)).then(() => true as const);
    const isSettled = await Promise.race([all, pause]);
    clearTimeout(timer);
    return isSettled;
  }

  #take({ work, kinds, start }: Waiting): boolean {
    for (const kind of kinds) {
      const lane = this.#lanes.find((each) => each.kind === kind && !each.isBusy);
      if (lane === undefined) continue;
      lane.isBusy = true;
      work.lane = lane;
      start(lane);
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

/** Brings the session to the request's database, settings and parameters. Only what differs is sent. */
export async function prepare(
  lane: Lane,
  query: string,
  database: string,
  settings: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, string>,
): Promise<void> {
  if (lane.database !== database) {
    await lane.session.queryAsync(`USE \`${database.replaceAll('`', '\\`')}\``);
    lane.database = database;
  }
  const changes: string[] = [];
  for (const [name] of lane.settings) {
    if (settings.has(name)) continue;
    const base = BASE_SETTINGS[name];
    changes.push(`${name} = ${base === undefined ? 'DEFAULT' : sqlText(base)}`);
  }
  for (const [name, value] of settings) {
    if (lane.settings.get(name) === value) continue;
    if (!isName(name)) throw new Refusal(115, `Unknown setting '${name}'`, 'UNKNOWN_SETTING');
    changes.push(`${name} = ${sqlText(value)}`);
  }
  // A session keeps its parameters: the value of an earlier question must not answer this one.
  for (const [, name = ''] of query.matchAll(PLACEHOLDER))
    if (!parameters.has(name) && lane.parameters.has(name))
      throw new Refusal(456, `Substitution \`${name}\` is not set`, 'UNKNOWN_QUERY_PARAMETER');
  for (const [name, value] of parameters) {
    if (!isName(name)) throw new Refusal(36, `Parameter name '${name}' is not usable`, 'BAD_ARGUMENTS');
    changes.push(`param_${name} = ${sqlText(value)}`);
    lane.parameters.add(name);
  }
  if (changes.length === 0) return;
  // One statement for all of them: each costs half a millisecond, and a question has some ten. Were it refused half-way, what
  // holds would not be known: then all of them are set again by the next question.
  const names = [...lane.settings.keys(), ...settings.keys()];
  for (const name of names) lane.settings.set(name, undefined);
  await lane.session.queryAsync(`SET ${changes.join(', ')}`);
  lane.settings.clear();
  for (const [name, value] of settings) lane.settings.set(name, value);
}
