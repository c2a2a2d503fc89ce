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
  /** The server's URL, such as `https://seismo.example.com`. */
  readonly server: string;
  readonly app: string;
  /** A write key. Everyone who reads the page can see it; all it can do is send events of this app. */
  readonly key: string;
  /** The visitor agreed to storage: an anonymous id and unsent events are kept in localStorage. False by default. */
  readonly storage?: boolean | undefined;
  /** Browser signals to respect: nothing is sent when one of them is set. None by default. */
  readonly respect?: readonly ('dnt' | 'gpc')[] | string | undefined;
  /** Called for every event that will not reach the server, with the reason. */
  readonly onDrop?: ((event: SentEvent, drop: Drop) => void) | undefined;
}

export interface Page {
  /** Sends an event. Never throws. */
  track(event: EventName, data?: EventData, options?: TrackOptions): void;
  /** Sets the user of this and all later events; with storage on later pages too. Invalid ids (docs/send-events/node.md) are ignored. */
  identify(user: Id, traits?: EventData): void;
  /** Forgets the user; with storage also starts a new anonymous id. */
  reset(): void;
  /** Records the visitor's consent to storage; when it is withdrawn, everything stored is removed. */
  consent(given: boolean): void;
  /** Sends the waiting events now; resolves when the server has them. */
  flush(): Promise<void>;
}

const BATCH_MAX_BYTES = 60_000;
/** What browsers promise to deliver after the page is gone: 64 KiB in all; they reject anything beyond that at once. */
const KEEPALIVE_MAX_BYTES = 65_536;

/** Without storage there is no visitor id: the server derives one for the day from what it sees of the request anyway. */
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
      // Room for what an earlier page left, beside this page's own events.
      queueMaxEvents: 4_000,
      queueMaxBytes: 1_000_000,
      maxAgeMs: 6 * 86_400_000,
      now: Date.now,
      keeper: kept?.keeper,
      onDrop({ text = '{}' }, drop) {
        const event: SentEvent = JSON.parse(text);
        // The server's limit is below the usual one: later events must not be rejected because of it too.
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
        // Nothing reports whether it arrived: if the page lives on, it is sent again, and the server counts it once.
        navigator.sendBeacon(url, body);
        return NO_ANSWER;
      }
      const { size } = new Blob([body]);
      bytesInAir += size;
      // As text/plain, which browsers send without a preflight. Even without the delivery promise it usually arrives.
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
      // Data that cannot be written as JSON must not break the page.
      onDrop?.({ uuid: '', event: String(event), timestamp: 0 }, { reason: 'invalid' });
    }
  }

  // After the listeners of others, so that what they track as the page is left is sent too.
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
      // Too long an id still means a different user than before.
      if (typeof value === 'string' && value.length > ID_MAX_LENGTH) setUser(undefined);
      if (!isWarned) console.warn('seismo: invalid id, ignored:', value);
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
