import type { Client } from './client.ts';
import type { Drop } from './delivery/queue.ts';
import type { EventData, EventName } from './event.ts';
import { type ClientOptions, DEFAULTS } from './options.ts';
import type { EventsQuery, Report, ReportQuery, StoredEvent } from './questions.ts';
import { SeismoError } from './request-error.ts';
import { setTimer } from './runtime.ts';

export type Callback<T> = (error: Error | null, result?: T) => void;

/** Passed to an event's callback: what was sent and is now stored. */
export interface Posted {
  readonly app: string;
  readonly event: EventName;
  readonly data?: EventData;
}

/** The call style of the first Seismo's client: a function that sends events, with the questions as its properties. */
export interface Events {
  (event: EventName, callback?: Callback<Posted>): void;
  (event: EventName, data: EventData | undefined, callback?: Callback<Posted>): void;
  query(callback: Callback<readonly StoredEvent[]>): void;
  query(parameters: EventsQuery, callback: Callback<readonly StoredEvent[]>): void;
  report(parameters: ReportQuery, callback: Callback<Report>): void;
  readonly client: Client;
}

export function createCallStyle(createClient: (options: ClientOptions) => Client) {
  /** @throws TypeError when an option is not valid */
  return function seismo(app: string, options: Omit<ClientOptions, 'app'>): Events {
    const client = createClient({ ...options, app });

    function events(event: EventName, second?: EventData | Callback<Posted>, third?: Callback<Posted>): void {
      const [data, callback] = typeof second === 'function' ? [undefined, second] : [second, third];
      const posted: Posted = { app, event, ...(data && { data }) };
      if (!callback) {
        client.track(event, data);
        return;
      }
      // A pending call keeps the process alive, as in the first client, though not for ever.
      const release = setTimer(() => {}, options.flushTimeoutMs ?? DEFAULTS.flushTimeoutMs, true);
      client.track(event, data, {
        done(drop) {
          release();
          if (drop) callback(errorOf(drop));
          else callback(null, posted);
        },
      });
    }

    return Object.assign(events, {
      client,
      query(first: EventsQuery | Callback<readonly StoredEvent[]>, second?: Callback<readonly StoredEvent[]>): void {
        const [parameters, callback] = typeof first === 'function' ? [{}, first] : [first, second];
        call(client.query(parameters), callback);
      },
      report(parameters: ReportQuery, callback: Callback<Report>): void {
        call(client.report(parameters), callback);
      },
    });
  };
}

/** Outside the promise, so that what the callback throws is the host's error and does not cause a second call. */
function call<T>(promise: Promise<T>, callback: Callback<T> | undefined): void {
  promise.then(
    (result) => setTimeout(() => callback?.(null, result)),
    (error) => setTimeout(() => callback?.(error)),
  );
}

function errorOf({ reason, code, detail }: Drop): Error {
  return Object.assign(new SeismoError(detail ?? `The event was dropped: ${reason}.`, { status: 0 }), {
    reason,
    ...(code !== undefined && { code }),
  });
}
