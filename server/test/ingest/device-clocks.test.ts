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
  who = 'd1',
  keyId = 'k',
): number[] {
  const { aheadMs, sentMs, delayMs, events } = batch;
  return events.map(
    (at) =>
      clocks.correct(
        { app: 'shop', keyId, who },
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

  it('is corrected when it is behind by more than an hour in all its batches', () => {
    expect(stored({ aheadMs: -3 * HOUR, sentMs: 0, delayMs: 0, events: [-60_000] })).toEqual([-60_000]);
    expect(stored({ aheadMs: -3 * HOUR, sentMs: 60_000, delayMs: 40_000, events: [59_000] })).toEqual([59_000]);
  });

  it('is the clock of one device, seen through one key', () => {
    stored({ aheadMs: 120 * SECOND, sentMs: 0, delayMs: 0, events: [-1] });
    const right = { aheadMs: 0, sentMs: 1_000, delayMs: 100, events: [900] };
    expect(stored(right, 'd2')).toEqual([900]);
    expect(stored(right, 'd1', 'server')).toEqual([900]);
    // An admin posts.
    expect(stored(right, 'd1', '')).toEqual([900]);
  });

  it('is judged batch by batch when the event is of nobody', () => {
    const ahead = { aheadMs: 120 * SECOND, sentMs: 0, delayMs: 0, events: [-1] };
    expect([stored(ahead, ''), stored({ ...ahead, aheadMs: 0 }, '')]).toEqual([[-1], [-1]]);
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
  stored({ aheadMs: 0, sentMs: 0, delayMs: 0, events: [0] }, 'early');
  const replay = { aheadMs: 0, sentMs: 1_000, delayMs: 2 * HOUR, events: [900] };
  for (let i = 0; i < 25_000; i++) stored({ aheadMs: 0, sentMs: 0, delayMs: 0, events: [0] }, `one ${i}`);
  expect(stored(replay, 'early')).toEqual([900]);
  for (let i = 0; i < 50_001; i++) stored({ aheadMs: 0, sentMs: 0, delayMs: 0, events: [0] }, `two ${i}`);
  // Not known any more: two hours behind are taken for the clock's.
  expect(stored(replay, 'early')).toEqual([900 + 2 * HOUR]);
});
