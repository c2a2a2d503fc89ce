import type { Clock } from '../../src/runtime.ts';

export interface FakeClock extends Clock {
  /** Timers run in order as time passes; promises get their turns between them. */
  advance(ms: number): Promise<void>;
  /** ms until the next timer. */
  next(): number | undefined;
}

export function aClock(start = Date.UTC(2026, 0, 2, 3, 4, 5)): FakeClock {
  let time = start;
  let timers: { at: number; callback: () => void }[] = [];
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const soonest = () => timers.reduce((first, timer) => (timer.at < first.at ? timer : first), timers[0]!);
  return {
    now: () => time,
    setTimer(callback, ms) {
      const timer = { at: time + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      const end = time + ms;
      await turns();
      for (let timer = soonest(); timer && timer.at <= end; timer = soonest()) {
        timers = timers.filter((other) => other !== timer);
        time = timer.at;
        timer.callback();
        await turns();
      }
      time = end;
      await turns();
    },
    next: () => (timers.length === 0 ? undefined : soonest().at - time),
  };
}
