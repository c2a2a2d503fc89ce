import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { prepareZone, spansOf, zoneNamed } from '../../src/time/zone-spans.ts';

const DAY_MS = 86_400_000;

/** Every change of offset from 1970 to 2100, as another library finds it. */
function changesOf(zone: string): number[][] {
  let at = Temporal.Instant.fromEpochMilliseconds(-2 * DAY_MS).toZonedDateTimeISO(zone);
  const changes = [[Number.NEGATIVE_INFINITY, at.offsetNanoseconds / 1e6]];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds > Date.UTC(2100, 0, 1) + 2 * DAY_MS) return changes;
    changes.push([next.epochMilliseconds, next.offsetNanoseconds / 1e6]);
    at = next;
  }
}

// With a week of summer time (Recife 2000, Gaza 2040), changes of half an hour, seconds in the offset, and none at all.
it.each([
  'America/Recife',
  'Asia/Gaza',
  'Australia/Lord_Howe',
  'Africa/Monrovia',
  'Africa/Casablanca',
  'Asia/Tokyo',
  'UTC',
])('finds every change of the offset of %s', (zone) => {
  expect(spansOf(zone).map(({ from, offsetMs }) => [from, offsetMs])).toEqual(changesOf(zone));
});

it('names an alias in its usual case, however it is written', () => {
  const names = ['Asia/Kathmandu', 'asia/kathmandu', 'ASIA/KATHMANDU', 'aSIA/kATHMANDU'].map(zoneNamed);
  expect(names).toEqual(Array.from(names, () => 'Asia/Kathmandu'));
});

it('reads the zones that requests name one by one, and lets everything else run in between', async () => {
  const order: string[] = [];
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    order.push('turn');
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const zones = ['Europe/Madrid', 'Europe/Paris', 'Europe/Rome', 'Europe/Vienna'];
  await Promise.all(zones.map((zone) => prepareZone(zone).then(() => order.push(zone))));
  isOver = true;
  expect(order.filter((each) => each !== 'turn')).toEqual(zones);
  for (const [i, zone] of zones.entries()) expect(order[order.indexOf(zone) - 1], `${i}`).toBe('turn');
  expect(turns).toBeGreaterThanOrEqual(zones.length);
});

it('ignores a name that is no zone, which whoever reads the question rejects', async () => {
  await prepareZone('Mars/Olympus');
  await prepareZone(undefined);
});
