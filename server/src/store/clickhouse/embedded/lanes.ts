/** The engine's sessions: one query at a time in each, so who waits for which, how a query is stopped, and what a session is set to. */
import type { Session } from 'chdb';

/** Settings of every query that says nothing else. */
export const BASE_SETTINGS: Readonly<Record<string, string>> = {
  output_format_json_quote_64bit_integers: '1',
  output_format_json_quote_denormals: '1',
  max_threads: '2',
  // The engine would drop to one thread whenever less than 1 GiB a thread is free of what it may use: always, here.
  max_threads_min_free_memory_per_thread: '0',
};
export type LaneKind = 'insert' | 'small' | 'general' | 'spare';

/** One session: the engine runs one query at a time in each. */
export interface Lane {
  readonly kind: LaneKind;
  readonly session: Session;
  readonly settings: Map<string, string>;
  readonly parameters: Set<string>;
  database: string;
  busy: boolean;
}

export interface Work {
  readonly queryId: string;
  readonly kinds: readonly LaneKind[];
  cancelled: boolean;
  lane: Lane | undefined;
  readonly settled: Promise<void>;
  readonly settle: () => void;
  readonly start: (lane: Lane) => void;
  readonly refuse: (error: Error) => void;
}

export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, text: string, type: string) {
    super(`Code: ${code}. DB::Exception: ${text} (${type})`);
    this.code = code;
  }
}
export const cancelledError = (): Refusal => new Refusal(394, 'Query was cancelled.', 'QUERY_WAS_CANCELLED');

export const sqlText = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

export const lanes: Lane[] = [];
export const waiting: Work[] = [];
export const running = new Set<Work>();

function take(work: Work): boolean {
  for (const kind of work.kinds) {
    const lane = lanes.find((each) => each.kind === kind && !each.busy);
    if (lane === undefined) continue;
    lane.busy = true;
    work.lane = lane;
    running.add(work);
    work.start(lane);
    return true;
  }
  return false;
}

function drainWaiting(): void {
  for (let at = 0; at < waiting.length; ) {
    const work = waiting[at];
    if (work !== undefined && take(work)) waiting.splice(at, 1);
    else at++;
  }
}

/** Runs `job` on a free session of one of the kinds, in order of arrival. */
export async function onLane<T>(
  queryId: string,
  kinds: readonly LaneKind[],
  onWork: (work: Work) => void,
  job: (lane: Lane) => Promise<T>,
): Promise<T> {
  let settle: () => void = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let work: Work | undefined;
  const lane = await new Promise<Lane>((resolve, reject) => {
    work = { queryId, kinds, cancelled: false, lane: undefined, settled, settle, start: resolve, refuse: reject };
    onWork(work);
    if (!take(work)) waiting.push(work);
  });
  try {
    if (work?.cancelled) throw cancelledError();
    return await job(lane);
  } finally {
    lane.busy = false;
    if (work !== undefined) running.delete(work);
    settle();
    drainWaiting();
  }
}

/** Stops what waits at once, and what runs through the engine; resolves when all of it has ended. */
export async function kill(matches: (work: Work) => boolean): Promise<number> {
  let count = 0;
  for (const work of waiting.filter(matches)) {
    waiting.splice(waiting.indexOf(work), 1);
    work.cancelled = true;
    work.settle();
    work.refuse(cancelledError());
    count++;
  }
  const hit = [...running].filter((work) => work.lane?.kind !== 'spare' && matches(work));
  for (const work of hit) work.cancelled = true;
  count += hit.length;
  while (hit.some((work) => running.has(work))) {
    const ids = hit.filter((work) => running.has(work)).map((work) => sqlText(work.queryId));
    await onLane(
      '',
      ['spare'],
      () => {},
      // The engine gives each query an id of its own; ours travels as the log comment.
      (lane) => lane.session.queryAsync(`KILL QUERY WHERE Settings['log_comment'] IN (${ids.join(',')}) ASYNC`),
    );
    // A query may not have been listed yet when it was to be stopped: ask again until it has ended.
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 50);
    });
    await Promise.race([Promise.all(hit.map((work) => work.settled)), pause]);
    clearTimeout(timer);
  }
  return count;
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
  for (const name of lane.parameters) {
    // A session keeps its parameters: the value of an earlier question must not answer this one.
    if (!parameters.has(name) && new RegExp(`\\{\\s*${name}\\s*:`).test(query))
      throw new Refusal(456, `Substitution \`${name}\` is not set`, 'UNKNOWN_QUERY_PARAMETER');
  }
  for (const [name, value] of parameters) {
    if (!isName(name)) throw new Refusal(36, `Parameter name '${name}' is not usable`, 'BAD_ARGUMENTS');
    changes.push(`param_${name} = ${sqlText(value)}`);
    lane.parameters.add(name);
  }
  if (changes.length === 0) return;
  // One statement for all of them: each costs half a millisecond, and a question has some ten. Were it refused half-way, what
  // holds would not be known: then the settings are all set again by the next question.
  lane.settings.clear();
  await lane.session.queryAsync(`SET ${changes.join(', ')}`);
  for (const [name, value] of settings) lane.settings.set(name, value);
}
