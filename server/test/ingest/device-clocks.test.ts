import { beforeEach, describe, expect, it } from 'vitest';
import { DeviceClocks } from '../../src/ingest/accept/device-clocks.ts';

const NOON = Date.UTC(2026, 2, 2, 12);
const SECOND = 1_000;
const HOUR = 3_600_000;

let clocks: DeviceClocks;
beforeEach(() => {
  clocks = new DeviceClocks();
});

/** A batch of a device whose clock is off by `aheadMs`: sent at a true time, it arrives `delayMs` later. @returns what is stored, true times */
function stored(
  batch: {
    readonly aheadMs: number;
    readonly sentMs: number;
    readonly delayMs: number;
    readonly events: readonly number[];
  },
  sender = 'd1',
  keyId = 'k',
): number[] {
  const { aheadMs, sentMs, delayMs, events } = batch;
  return events.map(
    (at) =>
      clocks.correct(
        { app: 'shop', keyId, sender },
        NOON + at + aheadMs,
        NOON + sentMs + aheadMs,
        NOON + sentMs + delayMs,
      ) - NOON,
  );
}

describe('a clock that is right', () => {
  it.each([0, 10 * SECOND, 600 * SECOND, HOUR])('keeps its times when the batch is delayed by %i ms', (delayMs) => {
    expect(stored({ aheadMs: 0, sentMs: 0, delayMs, events: [-60_000, -1] })).toEqual([-60_000, -1]);
  });

  it('keeps them when the very batch is retried hours later, once the device is known', () => {
    stored({ aheadMs: 0, sentMs: 0, delayMs: 200, events: [-1] });
    expect(stored({ aheadMs: 0, sentMs: 60_000, delayMs: 5 * HOUR, events: [50_000] })).toEqual([50_000]);
    expect(stored({ aheadMs: 0, sentMs: 6 * HOUR, delayMs: 100, events: [6 * HOUR - 1] })).toEqual([6 * HOUR - 1]);
  });

  it('keeps them when the device was offline for three hours and then sends the rest at once', () => {
    expect(stored({ aheadMs: 0, sentMs: 0, delayMs: 3 * HOUR, events: [-60_000, -1] })).toEqual([-60_000, -1]);
    // Its next events are older than the arrival of the batch before, and stay so.
    const online = { aheadMs: 0, sentMs: 3 * HOUR, delayMs: 200, events: [HOUR, 3 * HOUR - 1] };
    expect(stored(online)).toEqual([HOUR, 3 * HOUR - 1]);
  });

  it('keeps them when all that was held back arrives together, even slowly', () => {
    // Sent every 10 s while the network was away; delivered one every 2 s. The differences: 3 h, 8 s less, 16 s less...
    for (let i = 0; i < 50; i++) {
      const batch = { aheadMs: 0, sentMs: i * 10_000, delayMs: 3 * HOUR - i * 8_000, events: [i * 10_000 - 1] };
      expect(stored(batch)).toEqual([i * 10_000 - 1]);
    }
  });

  it('is believed again when it was wrong and is set right', () => {
    expect(stored({ aheadMs: HOUR, sentMs: 0, delayMs: 0, events: [-1] })).toEqual([-1]);
    let at = 0;
    // The smallest difference is taken over ten minutes and the ten before.
    for (; at <= 1_260_000; at += 60_000) stored({ aheadMs: 0, sentMs: at, delayMs: 0, events: [at] });
    expect(stored({ aheadMs: 0, sentMs: at, delayMs: 0, events: [at] })).toEqual([at]);
  });
});

describe('a clock that is wrong', () => {
  it('is corrected when it is ahead, as far as no delay can explain', () => {
    expect(stored({ aheadMs: 120 * SECOND, sentMs: 0, delayMs: 0, events: [-60_000] })).toEqual([-60_000]);
    // Of 120 s ahead, 30 s of delay hide as many.
    expect(stored({ aheadMs: 120 * SECOND, sentMs: 0, delayMs: 30 * SECOND, events: [-60_000] }, 'd2')).toEqual([
      -30_000,
    ]);
    expect(stored({ aheadMs: 5 * SECOND, sentMs: 0, delayMs: 0, events: [-60_000] }, 'd3')).toEqual([-55_000]);
  });

  it('is corrected when it is behind by more than an hour in two batches that agree', () => {
    const slow = { aheadMs: -2 * HOUR, delayMs: 100 };
    // One batch alone may have been held back.
    expect(stored({ ...slow, sentMs: 0, events: [-1] })).toEqual([-1 - 2 * HOUR]);
    // Both differences have 100 ms of delay in them, by which the time is late.
    expect(stored({ ...slow, sentMs: 60_000, events: [59_000] })).toEqual([59_100]);
    expect(stored({ ...slow, sentMs: 120_000, delayMs: 4_000, events: [119_000] })).toEqual([119_100]);
    // Known to be slow, it is as slow when a batch of it is held back.
    expect(stored({ ...slow, sentMs: 180_000, delayMs: 3 * HOUR, events: [179_000] })).toEqual([179_100]);
  });

  it('is corrected when it is seen after a batch that was held back', () => {
    const slow = { aheadMs: -2 * HOUR, delayMs: 100 };
    expect(stored({ ...slow, sentMs: 0, delayMs: 3 * HOUR, events: [-1] })).toEqual([-1 - 2 * HOUR]);
    // Differences of 5 h and of 2 h do not agree.
    const atThree = 3 * HOUR;
    expect(stored({ ...slow, sentMs: atThree, events: [atThree - 1] })).toEqual([atThree - 1 - 2 * HOUR]);
    expect(stored({ ...slow, sentMs: atThree + 60_000, events: [atThree + 1] })).toEqual([atThree + 101]);
  });

  it('is not corrected by batches that were sent within half a minute, or whose differences are 10 s apart', () => {
    const slow = { aheadMs: -2 * HOUR, sentMs: 0, delayMs: 0, events: [0] };
    for (const sentMs of [0, 29_999]) expect(stored({ ...slow, sentMs })).toEqual([-2 * HOUR]);
    expect(stored({ ...slow, sentMs: 30_000 })).toEqual([0]);

    expect(stored(slow, 'd2')).toEqual([-2 * HOUR]);
    expect(stored({ ...slow, sentMs: 60_000, delayMs: 10_001 }, 'd2')).toEqual([-2 * HOUR]);
    expect(stored({ ...slow, sentMs: 60_000, delayMs: 10_000 }, 'd2')).toEqual([0]);
  });

  it('is corrected by what two batches showed, until two others agree on more', () => {
    const behind = (hours: number, sentMs: number) =>
      stored({ aheadMs: -hours * HOUR, sentMs, delayMs: 0, events: [sentMs] })[0]! - sentMs;
    const atMinutes = [0, 1, 15, 30, 45, 46];
    // The clock is set from 2 h behind to 5 h behind before the third: the smallest difference is still the old one at 15 minutes, for 20 more.
    const expected = [-2 * HOUR, 0, -3 * HOUR, -3 * HOUR, 0, 0];
    expect(atMinutes.map((minute) => behind(minute < 15 ? 2 : 5, minute * 60_000))).toEqual(expected);
  });

  it('is the clock of one device, seen through one key', () => {
    stored({ aheadMs: 120 * SECOND, sentMs: 0, delayMs: 0, events: [-1] });
    const right = { aheadMs: 0, sentMs: 1_000, delayMs: 100, events: [900] };
    expect(stored(right, 'd2')).toEqual([900]);
    expect(stored(right, 'd1', 'server')).toEqual([900]);
    // An admin posts.
    expect(stored(right, 'd1', '')).toEqual([900]);
  });

  it('is never corrected by more than the smallest difference', () => {
    for (const sentMs of [0, 60_000]) stored({ aheadMs: -5 * HOUR, sentMs, delayMs: 0, events: [sentMs] });
    expect(stored({ aheadMs: -2 * HOUR, sentMs: 120_000, delayMs: 0, events: [120_000] })).toEqual([120_000]);
  });

  it('is not corrected by what it was before it was right', () => {
    for (const sentMs of [0, 60_000]) stored({ aheadMs: -2 * HOUR, sentMs, delayMs: 0, events: [sentMs] });
    stored({ aheadMs: 0, sentMs: 120_000, delayMs: 0, events: [120_000] });
    // From then on only batches arrive that were held back for hours.
    const sent = [120_000, 130_000, 140_000];
    const arrived = [3 * HOUR, 4 * HOUR, 5 * HOUR];
    const late = sent.map((sentMs, i) =>
      stored({ aheadMs: 0, sentMs, delayMs: arrived[i]! - sentMs, events: [sentMs] }),
    );
    expect(late.flat()).toEqual(sent);
  });

  it('is confirmed by the same device through the same key alone', () => {
    const slow = { aheadMs: -2 * HOUR, delayMs: 0 };
    stored({ ...slow, sentMs: 0, events: [0] });
    const second = { ...slow, sentMs: 60_000, events: [60_000] };
    expect([stored(second, 'd2'), stored(second, 'd1', 'other')]).toEqual([[60_000 - 2 * HOUR], [60_000 - 2 * HOUR]]);
    expect(stored(second)).toEqual([60_000]);
  });

  it('is judged batch by batch when it is ahead and the event is of nobody', () => {
    const ahead = { aheadMs: 120 * SECOND, sentMs: 0, delayMs: 0, events: [-1] };
    expect([stored(ahead, ''), stored({ ...ahead, aheadMs: 0 }, '')]).toEqual([[-1], [-1]]);
  });

  it('is that of the key when it is behind and the event is of nobody', () => {
    const slow = { aheadMs: -2 * HOUR, delayMs: 0 };
    expect(stored({ ...slow, sentMs: 0, events: [0] }, '')).toEqual([-2 * HOUR]);
    expect(stored({ ...slow, sentMs: 60_000, events: [60_000] }, '')).toEqual([60_000]);
    expect(stored({ ...slow, sentMs: 60_000, events: [60_000] }, '', 'other')).toEqual([60_000 - 2 * HOUR]);
    // Others post with the same key, by a clock that is right: what is 2 h late may be delay again.
    expect(stored({ aheadMs: 0, sentMs: 90_000, delayMs: 0, events: [90_000] }, '')).toEqual([90_000]);
    expect(stored({ ...slow, sentMs: 120_000, events: [120_000] }, '')).toEqual([120_000 - 2 * HOUR]);
  });
});

describe('two batches of a device', () => {
  it.each([0, 10 * SECOND, 90 * SECOND, -90 * SECOND, 2 * HOUR, -2 * HOUR, -59 * 60 * SECOND, 24 * HOUR])(
    'keep their order whatever their delays, with a clock that is %i ms ahead',
    (aheadMs) => {
      let seed = 11;
      // The minimal standard generator (Park and Miller).
      const random = (below: number) => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed % below;
      };
      for (let device = 0; device < 200; device++) {
        let last = Number.NEGATIVE_INFINITY;
        let sentMs = 0;
        for (let batch = 0; batch < 20; batch++) {
          const from = sentMs;
          sentMs += 1 + random(batch % 5 === 0 ? 1_200_000 : 5_000);
          const events = [from + 1, Math.ceil((from + sentMs) / 2), sentMs];
          const delayMs = random(batch % 7 === 3 ? 2 * HOUR : 15_000);
          for (const time of stored({ aheadMs, sentMs, delayMs, events }, `d${device}`)) {
            expect(time).toBeGreaterThanOrEqual(last);
            last = time;
          }
          sentMs += delayMs;
        }
      }
    },
  );
});

it('remembers a bounded number of devices, those of late', () => {
  const slow = { aheadMs: -2 * HOUR, delayMs: 0 };
  stored({ ...slow, sentMs: 0, events: [0] }, 'early');
  for (let i = 0; i < 25_000; i++) stored({ aheadMs: 0, sentMs: 0, delayMs: 0, events: [0] }, `one ${i}`);
  expect(stored({ ...slow, sentMs: 60_000, events: [60_000] }, 'early')).toEqual([60_000]);
  for (let i = 0; i < 50_001; i++) stored({ aheadMs: 0, sentMs: 0, delayMs: 0, events: [0] }, `two ${i}`);
  // Not known any more: its clock is shown by one batch alone.
  expect(stored({ ...slow, sentMs: 120_000, events: [120_000] }, 'early')).toEqual([120_000 - 2 * HOUR]);
});
