import type { Format } from '../formats.ts';

export type Cells = Readonly<Record<string, unknown>>;

/** An event from a row of a vendor's export. */
export interface PresetEvent {
  readonly event: string;
  readonly user?: string | undefined;
  readonly device?: string | undefined;
  readonly session?: string | undefined;
  /** As returned by `PresetTools.time`. */
  readonly timestamp: unknown;
  /** The vendor's own id of the event, so that it counts once. */
  readonly uuid?: string | undefined;
  readonly data?: Cells | undefined;
  /** Traits of its user. An `$identify` is added if they have changed. */
  readonly traits?: Traits | undefined;
}

export interface Traits {
  /** All traits from now on. */
  readonly all?: Cells | undefined;
  /** Traits that change. */
  readonly set?: Cells | undefined;
  /** Traits that only apply if there is none with that name yet. */
  readonly setOnce?: Cells | undefined;
}

export interface PresetTools {
  /** A time of the export: seconds to nanoseconds since 1970, or a string; without an offset it is in `--time-zone`. */
  time(value: unknown): unknown;
  /** Seconds in the local time of `--time-zone`. */
  localSeconds(value: number): unknown;
}

export interface Preset {
  /** The format of standard input. */
  readonly standardInput: Exclude<Format, 'parquet'>;
  /** An event with a user and a device ties the device to the user. */
  readonly tiesDevices: boolean;
  /** @returns the events of one row; none if the row is not an event. @throws RowFault */
  events(row: Cells, tools: PresetTools): Iterable<PresetEvent>;
}

export const IDENTIFY = '$identify';
export const PAGE_VIEWED = 'page viewed';
