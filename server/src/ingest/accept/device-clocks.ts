/** Whose clock an event's time is by. */
export interface ClockOwner {
  readonly app: string;
  /** The write key that posts: a server's own events of a device are not by the device's clock. */
  readonly keyId: string | undefined;
  /** The device, else the user; empty: the event is nobody's, and the clock is the one that the key's other such batches show. */
  readonly who: string;
}

/** A clock ahead of arrival by less is left alone: the two clocks of a good network differ by as much. */
const AHEAD_MIN_MS = 5_000;
/** Behind arrival by less may be delay: a batch waits for a network, for a page to come back, for a retry. */
const BEHIND_MIN_MS = 3_600_000;
/** Two batches show the same clock when their differences agree so far... */
const AGREE_MAX_MS = 10_000;
/** ...and they were sent so far apart: batches that were held back together arrive together, so that their differences disagree. */
const APART_MIN_MS = 30_000;
/** The smallest difference is taken over this time and the one before, so that a clock that is set right is believed again. */
const SPAN_MS = 600_000;
/** Owners remembered, of two generations: some 200 bytes each. */
const GENERATION_MAX = 25_000;

interface Clock {
  /** The smallest `arrivedAt - sentAt` of this span, and of the one before. */
  smallestMs: number;
  smallestBeforeMs: number;
  spanFrom: number;
  /** The batch of the smallest difference: one that agrees with it shows that the clock is behind. */
  witnessMs: number;
  witnessSentAt: number;
  /** How far behind two batches have shown it; 0 until then. */
  behindMs: number;
  /** The latest event: when it was by the device's clock, and as what it was stored. */
  lastSaid: number;
  lastStored: number;
}

/**
 * Corrects what is wrong with a device's clock, and never the delay of the network. `arrivedAt - sentAt` is the clock's error and the delay
 * together; the delay is never negative, so the smallest difference over a device's batches is nearest to the error alone. It is corrected
 * when `sentAt` is ahead of arrival, which no delay explains, or more than an hour behind in every batch of late, once two batches agree:
 * a clock's error stays the same, a delay does not. Where a later batch shows a smaller difference than the ones before, its events are
 * not stored before theirs: two batches of a device keep their order.
 */
export class DeviceClocks {
  #young = new Map<string, Clock>();
  #old = new Map<string, Clock>();
  /** The one looked up last: a batch of a page is of one device. */
  #last:
    | (ClockOwner & { readonly differenceMs: number; readonly arrivedAt: number; readonly clock: Clock })
    | undefined;

  /** @returns the event's time, UTC ms, `said` being what the client's clock showed */
  correct(owner: ClockOwner, said: number, sentAt: number, arrivedAt: number): number {
    const differenceMs = arrivedAt - sentAt;
    const clock = this.#clockOf(owner, differenceMs, arrivedAt);
    // Many callers may post as nobody: each batch shows by itself that its clock is ahead, and they have no common order.
    if (owner.who === '') return said + (differenceMs < -AHEAD_MIN_MS ? differenceMs : behindOf(clock));
    const smallestMs = smallestOf(clock);
    const stored = said + (smallestMs < -AHEAD_MIN_MS ? smallestMs : behindOf(clock));
    if (said < clock.lastSaid) return stored;
    clock.lastStored = Math.max(stored, clock.lastStored);
    clock.lastSaid = said;
    return clock.lastStored;
  }

  #clockOf({ app, keyId = '', who }: ClockOwner, differenceMs: number, arrivedAt: number): Clock {
    const last = this.#last;
    if (last?.who === who && last.differenceMs === differenceMs && last.arrivedAt === arrivedAt)
      if (last.app === app && last.keyId === keyId) return last.clock;
    const key = `${app} ${keyId} ${who}`;
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
    this.#last = { app, keyId, who, differenceMs, arrivedAt, clock };
    return clock;
  }
}

const smallestOf = (clock: Clock): number => Math.min(clock.smallestMs, clock.smallestBeforeMs);

const behindOf = (clock: Clock): number => Math.min(Math.max(smallestOf(clock), 0), clock.behindMs);

/** Takes a batch as evidence of how far the clock is behind. */
function weigh(clock: Clock, differenceMs: number, sentAt: number): void {
  const smallestMs = smallestOf(clock);
  if (smallestMs <= BEHIND_MIN_MS) clock.behindMs = 0;
  const isSmaller = differenceMs < clock.witnessMs - AGREE_MAX_MS;
  // The batch of the smallest difference is of too long ago.
  if (isSmaller || smallestMs > clock.witnessMs + AGREE_MAX_MS) {
    clock.witnessMs = differenceMs;
    clock.witnessSentAt = sentAt;
  } else if (differenceMs <= clock.witnessMs + AGREE_MAX_MS && sentAt >= clock.witnessSentAt + APART_MIN_MS) {
    if (smallestMs > BEHIND_MIN_MS) clock.behindMs = smallestMs;
  }
}
