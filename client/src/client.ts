import { createAccess } from './access.ts';
import { type Answer, answerOf } from './delivery/answer.ts';
import { createDelivery, type Delivery } from './delivery/delivery.ts';
import { createQueue, type Drop, type Keeper } from './delivery/queue.ts';
import { withPolicy } from './delivery/when-full.ts';
import { type EventData, type EventName, eventText, IDENTIFY, type Id, type TrackOptions } from './event.ts';
import { sendByFetch } from './fetch-send.ts';
import { idText } from './id-text.ts';
import { type ClientOptions, checkOptions, DEFAULTS, ON_DISK, type WaitUntil } from './options.ts';
import {
  type Analysis,
  type AnalysisOf,
  type EventsQuery,
  type Groups,
  type GroupsQuery,
  type Question,
  type Report,
  type ReportQuery,
  type StoredEvent,
  searchOf,
} from './questions.ts';
import { refusalOf, SeismoError } from './request-error.ts';
import { type HttpAnswer, type Runtime, setTimer } from './runtime.ts';

export interface TrackCall extends TrackOptions {
  /** Serverless: belongs to this one call, where the platform hands one to each request. */
  readonly waitUntil?: WaitUntil;
  /** Called once: without an argument when the server has the event. */
  readonly done?: (drop?: Drop) => void;
}

export interface Limit {
  readonly timeoutMs?: number;
}

export interface Client {
  /**
   * Sends an event later, together with others. Never throws and never rejects: `onDrop` is called for events that do not reach the server.
   * @returns a promise to await only with `whenFull: 'block'`: it resolves when the event is queued
   */
  track(event: EventName, data?: EventData, options?: TrackCall): PromiseLike<void>;
  /**
   * Sets a user's traits: the latest win. With `device`, that device belongs to this user, past events included. For an invalid id
   * (docs/send-events/node.md) `onDrop` is called.
   */
  identify(user: Id, traits?: EventData, options?: TrackCall): PromiseLike<void>;
  /** One page of events, newest first. @throws SeismoError */
  query(parameters?: EventsQuery): Promise<readonly StoredEvent[]>;
  /** All matching events; pages are fetched as they are needed. @throws SeismoError */
  events(parameters?: EventsQuery): AsyncGenerator<StoredEvent, void>;
  /** @throws SeismoError */
  report(parameters: ReportQuery): Promise<Report>;
  /** @throws SeismoError */
  groups(parameters: GroupsQuery): Promise<Groups>;
  /** Asks a question of the analysis API. @throws SeismoError */
  analyze<const Q extends Question>(question: Q): Promise<AnalysisOf<Q>>;
  /** @deprecated The earlier spelling of `analyze`. */
  analyse<const Q extends Question>(question: Q): Promise<AnalysisOf<Q>>;
  /** Sends the waiting events now. @returns whether all of them were acknowledged or dropped in time */
  flush(limit?: Limit): Promise<boolean>;
  /** Flushes and accepts no more events. What could not be sent is dropped, unless it is kept on disk. */
  close(limit?: Limit): Promise<boolean>;
  /** The number of waiting events. */
  readonly pending: number;
}

/** Smaller bodies cost more to compress than to send. */
const GZIP_MIN_BYTES = 1_024;
/** The longest delay that a timer takes. */
const FOREVER_MS = 2 ** 31 - 1;
const DONE: PromiseLike<void> = Promise.resolve();

/** With a wrong key, what is on disk waits for the next start, which may have the right one. */
const patient = (answer: Answer, retryAfterMs: number): Answer =>
  answer.status === 401 || answer.status === 403
    ? { ...answer, status: 0, deniedStatus: answer.status, retryAfterMs }
    : answer;

export type Fault = (message: string, details: Readonly<Record<string, unknown>>) => void;

/** @throws TypeError when an option is not valid; whatever `openKeeper` throws */
export function createClientOn(
  runtime: Runtime,
  options: ClientOptions,
  openKeeper?: (onFault: Fault) => Keeper & { close(): void },
): Client {
  const api = checkOptions(options);
  const set = { ...DEFAULTS, ...(openKeeper && ON_DISK), ...given(options) };
  const { app, log, onDrop } = set;
  const clock = options.clock ?? { now: Date.now, setTimer };
  const send = options.fetch ? sendByFetch(options.fetch) : runtime.send;
  const request = createAccess(options, api, send, set.timeoutMs, clock.now);
  const eventsUrl = `${api}/api/events/${app}`;
  let telling = false;
  let hasWarned = false;

  function tellDrop(text: string | undefined, drop: Drop): void {
    // Drops of events tracked because of a drop are not reported: that would never end.
    if (telling) return;
    telling = true;
    quietly(() => {
      log?.('event dropped', { ...drop });
      onDrop?.(JSON.parse(text ?? '{}'), drop);
    });
    telling = false;
  }

  const keeper = openKeeper?.((message, details) => quietly(() => log?.(message, details)));
  const queue = createQueue({
    ...set,
    keeper,
    now: clock.now,
    onDrop: (item, drop) => tellDrop(item.text, drop),
  });
  const delivery: Delivery = createDelivery({
    ...set,
    queue: withPolicy(queue, set.whenFull, set.queueMaxBytes),
    read: keeper?.read,
    clock: options.clock ? clock.now : () => performance.now(),
    random: Math.random,
    setTimer: clock.setTimer,
    onRetry({ status, code, detail, deniedStatus }, waitMs) {
      const what = deniedStatus
        ? 'the server does not accept the key, the events are kept on disk and will be tried again'
        : 'posting failed, will be tried again';
      quietly(() => log?.(what, { status: deniedStatus ?? status, code, detail, waitMs: Math.round(waitMs) }));
    },
    async send(texts) {
      const body = `{"sentAt":${clock.now()},"events":[${texts.join(',')}]}`;
      const packed = set.gzip && body.length >= GZIP_MIN_BYTES ? await runtime.gzip?.(body) : undefined;
      const headers = { 'content-type': 'application/json', ...(packed && { 'content-encoding': 'gzip' }) };
      let answer: HttpAnswer;
      try {
        answer = await request('post', { method: 'POST', url: eventsUrl, headers, body: packed ?? body });
      } catch (error) {
        return { status: 0, detail: String(error) };
      }
      const read = answerOf(answer.status, answer.header('retry-after'), answer.text, clock.now());
      return keeper ? patient(read, set.retryMaxMs) : read;
    },
  });

  /** Never throws into the host. */
  function quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      try {
        log?.('a callback of the host failed', { error });
      } catch {
        // The log itself failed: there is nowhere left to report it.
      }
    }
  }

  function add(name: EventName, data: EventData | undefined, call: TrackCall): PromiseLike<void> {
    const { done, waitUntil = options.waitUntil } = call;
    try {
      const at = clock.now();
      const text = eventText(name, data, call, at, runtime.random);
      const place = delivery.add({
        text,
        bytes: runtime.byteLength(text),
        at,
        done: done && ((drop) => quietly(() => done(drop))),
      });
      if (waitUntil) keepAlive(waitUntil);
      if (!place) return DONE;
      // A caller that awaits room in the queue keeps the process alive.
      const release = setTimer(() => {}, FOREVER_MS, true);
      place.then(release);
      return place;
    } catch (error) {
      return refuse(name, call, String(error));
    }
  }

  /** Events that the client itself does not send. */
  function refuse(name: EventName, call: TrackCall, detail: string): PromiseLike<void> {
    const drop: Drop = { reason: 'invalid', detail };
    tellDrop(withoutData(name, call, clock.now()), drop);
    quietly(() => call.done?.(drop));
    return DONE;
  }

  /** Warns once: a program that gets it wrong gets it wrong with every event. */
  function warnOfId(value: unknown): void {
    const message = 'invalid id, ignored';
    if (!hasWarned) quietly(() => (log ? log(message, { value }) : console.warn(`seismo: ${message}:`, value)));
    hasWarned = true;
  }

  function identify(value: Id, traits: EventData | undefined, call: TrackCall): PromiseLike<void> {
    const event = { id: IDENTIFY, event: IDENTIFY };
    const user = idText(value);
    if (user !== undefined) return add(event, traits, { ...call, user });
    warnOfId(value);
    return refuse(event, call, 'The user is no id: docs/send-events/node.md lists what is none.');
  }

  const withoutData = (name: EventName, call: TrackCall, at: number): string | undefined => {
    try {
      return eventText(name, undefined, call, at, runtime.random);
    } catch {
      return undefined;
    }
  };

  /** The functions that were handed a promise in this turn. */
  const handed = new Set<WaitUntil>();
  function keepAlive(waitUntil: WaitUntil): void {
    if (handed.has(waitUntil)) return;
    handed.add(waitUntil);
    // At the end of the turn, so that what is tracked together is sent together.
    const sent = Promise.resolve().then(() => {
      handed.delete(waitUntil);
      return flush({});
    });
    quietly(() => waitUntil(sent));
  }

  function flush({ timeoutMs = set.flushTimeoutMs }: Limit): Promise<boolean> {
    if (!delivery.items[0]) return Promise.resolve(true);
    return new Promise((resolve) => {
      // A caller that awaits this keeps the process alive, until here at the longest.
      const cancel = options.clock
        ? clock.setTimer(() => resolve(false), timeoutMs)
        : setTimer(() => resolve(false), timeoutMs, true);
      delivery.flush().then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  async function ask(path: string, body?: object): Promise<HttpAnswer> {
    // A question keeps the process alive until it is answered.
    const release = setTimer(() => {}, set.timeoutMs * 3, true);
    try {
      const answer = await request('read', {
        method: body ? 'POST' : 'GET',
        url: `${api}/api/${path}`,
        headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
        body: body && JSON.stringify(body),
      });
      if (answer.status !== 200) throw refusalOf(answer);
      return answer;
    } catch (cause) {
      if (cause instanceof SeismoError) throw cause;
      throw new SeismoError('The server did not answer.', { status: 0, cause });
    } finally {
      release();
    }
  }

  /** The server's answer has the type that its OpenAPI document gives. */
  const read = async <T>(path: string, body?: object): Promise<T> => JSON.parse((await ask(path, body)).text);

  const analyze = <Q extends Question>(question: Q): Promise<AnalysisOf<Q>> => read(`query/${app}`, question);

  return {
    track: (event, data, call = {}) => add(event, data, call),
    identify: (user, traits, call = {}) => identify(user, traits, call),
    query: (parameters = {}) => read(`events/${app}${searchOf(parameters)}`),
    async *events(parameters = {}) {
      let search: string | undefined = searchOf(parameters);
      while (search !== undefined) {
        const answer: HttpAnswer = await ask(`events/${app}${search}`);
        const page: readonly StoredEvent[] = JSON.parse(answer.text);
        yield* page;
        // Where the server is mounted is known already: only the query of the link is used.
        search = /<[^>?]*(\?[^>]*)>; *rel="next"/.exec(answer.header('link') ?? '')?.[1];
      }
    },
    report: ({ report, ...parameters }) => read(`reports/${report}/${app}${searchOf(parameters)}`),
    groups: (parameters) => read(`groups/${app}${searchOf(parameters)}`),
    analyze,
    analyse: analyze,
    flush: (limit = {}) => flush(limit),
    async close(limit = {}) {
      const done = await flush(limit);
      delivery.close();
      keeper?.close();
      return done;
    },
    get pending() {
      return delivery.items.length;
    },
  };
}

/** Options left undefined take their defaults. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

export type { Analysis, Drop, Question };
