import type { MovedApp } from './move.ts';

/** Events that are the same in two places, counted by app. */
export class MovedApps {
  readonly #apps = new Map<string, { readonly days: Set<number>; events: number; checksum: bigint }>();

  /** @param day anything that tells days apart @param checksum of one event, or the sum of several */
  add(app: string, day: number, events: number, checksum: bigint): void {
    let sum = this.#apps.get(app);
    if (sum === undefined) {
      sum = { days: new Set(), events: 0, checksum: 0n };
      this.#apps.set(app, sum);
    }
    sum.days.add(day);
    sum.events += events;
    sum.checksum = BigInt.asUintN(64, sum.checksum + checksum);
  }

  all(): MovedApp[] {
    return [...this.#apps]
      .map(([app, { days, events, checksum }]) => ({ app, days: days.size, events, checksum: checksum.toString() }))
      .sort((a, b) => (a.app < b.app ? -1 : 1));
  }
}
