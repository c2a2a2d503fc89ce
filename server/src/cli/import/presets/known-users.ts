import { isUnidentifiable } from '../../../model/user-id.ts';
import { idOf } from './fields.ts';
import { type Cells, IDENTIFY, type PresetEvent, type Traits } from './preset.ts';

/** Number of users and devices remembered. Those not seen for longest are forgotten, which only costs a repeated `$identify`. */
const REMEMBERED_MAX = 500_000;

/** The user of each device, and the traits of each user, so far in the file. */
export class KnownUsers {
  readonly #userOf = new Map<string, string>();
  readonly #traitsOf = new Map<string, Cells>();
  readonly #max: number;

  constructor(max = REMEMBERED_MAX) {
    this.#max = max;
  }

  /**
   * An `$identify` if the event changes something: its device now belongs to another user, or traits have changed. It
   * contains all known traits of the user.
   * @param tiesDevices whether an ordinary event ties its device to its user
   */
  identifyOf(event: PresetEvent, tiesDevices: boolean): PresetEvent | undefined {
    const { user, traits, timestamp } = event;
    const isIdentify = event.event === IDENTIFY;
    if (user === undefined || isUnidentifiable(user)) return undefined;
    const device = isIdentify || tiesDevices ? usable(event.device) : undefined;
    const isTied = device !== undefined && device !== user && remember(this.#userOf, device, user, this.#max) !== user;
    const before = this.#traitsOf.get(user);
    const all = traits === undefined ? before : changed(before, traits);
    const hasChanged = all !== undefined && all !== before && (before === undefined || !same(all, before));
    if (hasChanged) remember(this.#traitsOf, user, all, this.#max);
    if (!isTied && !hasChanged) return undefined;
    return {
      event: IDENTIFY,
      user,
      ...(device !== undefined && device !== user && { device }),
      timestamp,
      // The same from NDJSON, where times are strings, and from Parquet.
      uuid: idOf(IDENTIFY, user, device, typeof timestamp === 'string' ? Date.parse(timestamp) : timestamp, all),
      data: all,
    };
  }
}

const usable = (device: string | undefined): string | undefined =>
  device === undefined || isUnidentifiable(device) ? undefined : device;

/** @returns the previous value */
function remember<T>(map: Map<string, T>, key: string, value: T, max: number): T | undefined {
  const before = map.get(key);
  map.delete(key);
  map.set(key, value);
  if (map.size > max) map.delete(map.keys().next().value!);
  return before;
}

function changed(before: Cells | undefined, { all, set, setOnce }: Traits): Cells | undefined {
  const traits = all ?? { ...setOnce, ...before, ...set };
  return before === undefined && Object.keys(traits).length === 0 ? undefined : traits;
}

const same = (one: Cells, other: Cells): boolean => JSON.stringify(one) === JSON.stringify(other);
