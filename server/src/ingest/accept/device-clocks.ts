/** The clock that an event's time comes from. */
export interface ClockOwner {
  readonly app: string;
  /** The write key that posts: a server's own events of a device do not use the device's clock. */
  readonly keyId: string | undefined;
  /** The device, or else the user. Empty: the event has neither, and the clock is that of the key's other such batches. */
  readonly sender: string;
}

/** A clock that is ahead of arrival by less than this is left alone: clocks on a good network can differ this much. */
const AHEAD_MIN_MS = 5_000;
/** A batch that is late by less than this may be delayed: it waits for a network, for a page to come back, or for a retry. */
const BEHIND_MIN_MS = 3_600_000;
/** Two batches show the same clock if their differences are this close... */
const AGREE_MAX_MS = 10_000;
/** ...and they were sent this far apart: batches that were held back arrive together, so their differences are not close. */
const APART_MIN_MS = 30_000;
/** The smallest difference is taken over this time and the one before, so that a corrected clock is trusted again. */
const SPAN_MS = 600_000;
/** Number of remembered owners, in two generations; about 200 bytes each. */
const GENERATION_MAX = 25_000;

interface Clock {
  /** The smallest `arrivedAt - sentAt` of this span, and of the one before. */
  smallestMs: number;
  smallestBeforeMs: number;
  spanFrom: number;
  /** The batch with the smallest difference. One that agrees with it shows that the clock is behind. */
  witnessMs: number;
  witnessSentAt: number;
  /** How far behind two batches have shown it to be. 0 until then. */
  behindMs: number;
  /** The latest event: its time by the device's clock, and the time that was stored. */
  lastSaid: number;
  lastStored: number;
}

/**
 * Corrects errors of a device's clock, and never the delay of the network. `arrivedAt - sentAt` is the clock's error plus the
 * delay. The delay is never negative, so the smallest difference over a device's batches is closest to the error alone. It is corrected
 * if `sentAt` is ahead of arrival, which no delay explains, or more than an hour behind in every recent batch, once two batches agree:
 * a clock's error stays the same, a delay does not. If a later batch shows a smaller difference than earlier ones, its events are
 * not stored before theirs: two batches of a device keep their order.
 */
export class DeviceClocks {
  #young = new Map<string, Clock>();
  #old = new Map<string, Clock>();
  /** The last one looked up: a batch from a page is from one device. */
  #last:
    | (ClockOwner & { readonly differenceMs: number; readonly arrivedAt: number; readonly clock: Clock })
    | undefined;

  /** @returns the event's time, UTC ms; `said` is what the client's clock showed */
  correct(owner: ClockOwner, said: number, sentAt: number, arrivedAt: number): number {
    const differenceMs = arrivedAt - sentAt;
    const clock = this.#clockOf(owner, differenceMs, arrivedAt);
    // Many callers may post without an id. Each batch shows by itself that its clock is ahead, and the batches have no common order.
    if (owner.sender === '') return said + (differenceMs < -AHEAD_MIN_MS ? differenceMs : behindOf(clock));
    const smallestMs = smallestOf(clock);
    const stored = said + (smallestMs < -AHEAD_MIN_MS ? smallestMs : behindOf(clock));
    if (said < clock.lastSaid) return stored;
    clock.lastStored = Math.max(stored, clock.lastStored);
    clock.lastSaid = said;
    return clock.lastStored;
  }

  #clockOf({ app, keyId = '', sender }: ClockOwner, differenceMs: number, arrivedAt: number): Clock {
    const last = this.#last;
    if (last?.sender === sender && last.differenceMs === differenceMs && last.arrivedAt === arrivedAt)
      if (last.app === app && last.keyId === keyId) return last.clock;
    const key = `${app} ${keyId} ${sender}`;
    let clock = this.#young.get(key);
    if (clock === undefined) {
      clock = this.#old.get(key) ?? {
        smallestMs: differenceMs,
        smallestBeforeMs: differenceMs,
        spanFrom: arrivedAt,
        witnessMs: differenceMs,
        witnessSentAt: arrivedAt - differenceMs,
        behindMs: 0,
        lastSaid: Number.NEGATIVE_INFINITY,
        lastStored: Number.NEGATIVE_INFINITY,
      };
      if (this.#young.size >= GENERATION_MAX) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      this.#young.set(key, clock);
    }
    if (arrivedAt - clock.spanFrom > SPAN_MS) {
      clock.smallestBeforeMs = clock.smallestMs;
      clock.smallestMs = differenceMs;
      clock.spanFrom = arrivedAt;
    } else if (differenceMs < clock.smallestMs) clock.smallestMs = differenceMs;
    weigh(clock, differenceMs, arrivedAt - differenceMs);
    this.#last = { app, keyId, sender, differenceMs, arrivedAt, clock };
    return clock;
  }
}

const smallestOf = (clock: Clock): number => Math.min(clock.smallestMs, clock.smallestBeforeMs);

const behindOf = (clock: Clock): number => Math.min(Math.max(smallestOf(clock), 0), clock.behindMs);

/** Uses a batch as evidence of how far the clock is behind. */
function weigh(clock: Clock, differenceMs: number, sentAt: number): void {
  const smallestMs = smallestOf(clock);
  if (smallestMs <= BEHIND_MIN_MS) clock.behindMs = 0;
  const isSmaller = differenceMs < clock.witnessMs - AGREE_MAX_MS;
  // The batch with the smallest difference is too old.
  if (isSmaller || smallestMs > clock.witnessMs + AGREE_MAX_MS) {
    clock.witnessMs = differenceMs;
    clock.witnessSentAt = sentAt;
  } else if (differenceMs <= clock.witnessMs + AGREE_MAX_MS && sentAt >= clock.witnessSentAt + APART_MIN_MS) {
    if (smallestMs > BEHIND_MIN_MS) clock.behindMs = smallestMs;
  }
}
