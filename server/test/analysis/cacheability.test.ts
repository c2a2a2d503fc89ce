/** Until when an answer may change: sessions and windows go on behind the range, and what happens there belongs to the answer. */
import { expect, it } from 'vitest';
import { cacheabilityOf } from '../../src/analysis/cacheability.ts';
import { resolve } from '../../src/analysis/scope.ts';
import { questionOf } from '../../src/questions/check.ts';
import { DAY_MS, NOW } from './world.ts';

const around = {
  app: 'shop',
  nowMs: NOW,
  calendar: { timeZone: 'UTC', weekStart: 'monday' as const },
  segmentOf: () => undefined,
};
/** 1 to 4 March; it is the 20th. */
const range = { from: '2026-03-01', to: '2026-03-04' };
const END = Date.UTC(2026, 2, 5);
const steps = [{ event: 'a' }, { event: 'b' }];

it.each([
  [{ kind: 'trend', series: [{}] }, END],
  [{ kind: 'trend', series: [{}, { measure: 'sessions' }] }, END + DAY_MS],
  [{ kind: 'sessions' }, END + DAY_MS],
  [{ kind: 'sessions', gap: '3d' }, END + 3 * DAY_MS],
  [{ kind: 'web' }, END + DAY_MS],
  [{ kind: 'web', compare: { from: '2026-03-10', to: '2026-03-11' } }, Date.UTC(2026, 2, 13)],
  [{ kind: 'web', current: true }, undefined],
  [{ kind: 'paths' }, END + DAY_MS],
  [{ kind: 'funnel', steps, window: '1h' }, END + 3_600_000],
  [{ kind: 'funnel', steps }, END + 14 * DAY_MS],
  [{ kind: 'funnel', steps, window: '30d' }, undefined],
  [{ kind: 'funnel', steps, window: '30d', by: 'session' }, END + DAY_MS],
  [{ kind: 'lifecycle', interval: 'day' }, END],
  // Wednesday is in a week that ends on Sunday the 8th.
  [{ kind: 'lifecycle', interval: 'week' }, Date.UTC(2026, 2, 9)],
  [{ kind: 'lifecycle', interval: 'month' }, undefined],
])('%j', (asked, horizon) => {
  const question = questionOf({ ...asked, ...range });
  expect(cacheabilityOf(question, resolve(question, around), around)?.validBeforeMs).toBe(horizon);
});
