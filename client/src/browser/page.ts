import { answerOf, NO_ANSWER } from '../delivery/answer.ts';
import { createDelivery } from '../delivery/delivery.ts';
import { createQueue, type Drop } from '../delivery/queue.ts';
import {
  type EventData,
  type EventName,
  eventText,
  IDENTIFY,
  type Id,
  type SentEvent,
  type TrackOptions,
} from '../event.ts';
import { ID_MAX_LENGTH, idText } from '../id-text.ts';
import { type Random, uuidV7 } from '../uuid.ts';
import type { Kept } from './storage.ts';

export interface BrowserOptions {
  /** Where the server is, like `https://seismo.example.com`. */
  readonly server: string;
  readonly app: string;
  /** A write key: everybody who reads the page can see it, and it can do nothing but send events of this app. */
  readonly key: string;
  /** The visitor agreed to storage: an anonymous id and what waits to be sent are kept in localStorage. False unless said. */
  readonly storage?: boolean | undefined;
  /** Signals of the browser that are respected: nothing is sent where one is set. None unless said. */
  readonly respect?: readonly ('dnt' | 'gpc')[] | string | undefined;
  /** Told of every event that will not reach the server, and why. */
  readonly onDrop?: ((event: SentEvent, drop: Drop) => void) | undefined;
}

export interface Page {
  /** Sends an event. Never throws. */
  track(event: EventName, data?: EventData, options?: TrackOptions): void;
  /** Says who the visitor is, for this and all later events; with storage also on later pages. What is no id (docs/send-events/node.md) is ignored. */
  identify(user: Id, traits?: EventData): void;
  /** Forgets who the visitor is, and with storage begins with a new anonymous id. */
  reset(): void;
  /** The visitor agreed to storage, or took it back: then all that was stored is removed. */
  consent(given: boolean): void;
  /** Sends now what waits; resolves when the server has it. */
  flush(): Promise<void>;
}

const BATCH_MAX_BYTES = 60_000;
/** What browsers promise to bring to its end after the page is gone: 64 KiB in all, and they refuse what is beyond at once. */
const KEEPALIVE_MAX_BYTES = 65_536;

/** An event without an id of the visitor, which only storage gives, gets one for the day from the server, from what it sees anyway. */
export const urlOf = ({ server, app, key }: BrowserOptions): string =>
  `${server.replace(/\/*$/, '/api/events/')}${app}?device=daily${navigator.webdriver ? '&bot=true' : ''}&access_token=${key}`;

const random: Random = (array) => crypto.getRandomValues(array);

/** @param openStorage what `storage` needs; without it nothing can be stored */
export function createPage(
  options: BrowserOptions,
  openStorage?: (prefix: string, on: boolean, page: string) => Kept,
): Page {
  const { app, storage, respect = '', onDrop } = options;
  const url = urlOf(options);
  const newId = (): string => uuidV7(Date.now(), random);
  const signals = navigator as Navigator & { globalPrivacyControl?: boolean };
  const isOff =
    (respect.includes('dnt') && signals.doNotTrack === '1') ||
    (respect.includes('gpc') && signals.globalPrivacyControl);
  const kept = isOff ? undefined : openStorage?.(`seismo.${app}.`, !!storage, newId());
  let user = kept?.user();
  let isWarned = false;
  let leaving = false;
  let bytesInAir = 0;

  const delivery = createDelivery({
    queue: createQueue({
      // Room for what an earlier page left, beside this page's own.
      queueMaxEvents: 4_000,
      queueMaxBytes: 1_000_000,
      maxAgeMs: 6 * 86_400_000,
      now: Date.now,
      keeper: kept?.keeper,
      onDrop({ text = '{}' }, drop) {
        const event: SentEvent = JSON.parse(text);
        // The server takes less than others do: the events to come must not be refused for it too.
        if (drop.code === 'EVENT_USER_INVALID' && event.user === user) setUser(undefined);
        onDrop?.(event, drop);
      },
    }),
    batchMaxEvents: 200,
    batchMaxBytes: BATCH_MAX_BYTES,
    batchMaxWaitMs: 1_000,
    retryMinMs: 1_000,
    retryMaxMs: 60_000,
    clock: () => performance.now(),
    random: Math.random,
    setTimer(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    async send(texts) {
      const body = `{"sentAt":${Date.now()},"events":[${texts}]}`;
      if (leaving && !('keepalive' in Request.prototype)) {
        // Nobody tells whether it arrived: if the page lives on, it is sent again, and the server counts it once.
        navigator.sendBeacon(url, body);
        return NO_ANSWER;
      }
      const { size } = new Blob([body]);
      bytesInAir += size;
      // As text/plain, which browsers send without asking first. Without the promise it mostly arrives as well.
      const keepalive = bytesInAir <= KEEPALIVE_MAX_BYTES;
      const response = await fetch(url, { method: 'POST', body, keepalive, credentials: 'omit' }).finally(() => {
        bytesInAir -= size;
      });
      return answerOf(response.status, response.headers.get('retry-after'), await response.text(), Date.now());
    },
  });

  function setUser(name: string | undefined): void {
    user = name;
    kept?.setUser(name);
  }

  function track(event: EventName, data?: EventData, options: TrackOptions = {}): void {
    if (isOff) return;
    try {
      const at = Date.now();
      const text = eventText(event, data, { user, ...kept?.ids(newId), ...options }, at, random);
      delivery.add({ text, bytes: new Blob([text]).size, at });
    } catch {
      // Data that JSON cannot hold; the page must not suffer for it.
      onDrop?.({ uuid: '', event: String(event), timestamp: 0 }, { reason: 'invalid' });
    }
  }

  // After the listeners of others: what those track because the page is left goes along.
  addEventListener('visibilitychange', leave);
  addEventListener('pagehide', leave);
  addEventListener('online', () => delivery.flush());

  function leave(event: Event): void {
    leaving = document.hidden || event.type === 'pagehide';
    if (leaving) delivery.handOver();
  }

  return {
    track,
    identify(value, traits) {
      const name = idText(value);
      if (name) {
        setUser(name);
        track({ id: IDENTIFY, event: IDENTIFY }, traits);
        return;
      }
      // Too long, it is somebody all the same, and not who it was before.
      if (typeof value === 'string' && value.length > ID_MAX_LENGTH) setUser(undefined);
      if (!isWarned) console.warn('seismo: ignored, no id:', value);
      isWarned = true;
      onDrop?.({ uuid: '', id: IDENTIFY, timestamp: 0 }, { reason: 'invalid' });
    },
    reset() {
      user = undefined;
      kept?.forget();
    },
    consent: (given) => kept?.turn(given, user),
    flush: delivery.flush,
  };
}
