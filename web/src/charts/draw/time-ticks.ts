import type { AxisPoint } from './chart-spec.ts';

/** Minutes between labels: those that divide a day. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440] as const;
const DAY = 1_440;
/** px, of the longest label and the space beside it. */
const LABEL_PX = 66;

/**
 * Which places of an axis of hours or minutes have labels: round times, as many as fit. At midnight the label is the day, and when only days fit, every second,
 * third… of them.
 * @returns undefined for other axes
 */
export function timeTicks(places: readonly AxisPoint[], width: number): ReadonlySet<number> | undefined {
  if (places.length < 2 || places.some(({ minute }) => minute === undefined)) return undefined;
  const most = Math.max(2, Math.floor(width / LABEL_PX));
  const at = (step: number): number[] => places.flatMap(({ minute = 0 }, i) => (minute % step === 0 ? [i] : []));
  for (const step of STEPS) {
    const found = at(step);
    if (found.length > 0 && found.length <= most) return new Set(found);
  }
  const days = at(DAY);
  // A range within one day without any round time, such as ten minutes.
  if (days.length === 0) return undefined;
  const every = Math.ceil(days.length / most);
  return new Set(days.filter((_, i) => i % every === 0));
}
