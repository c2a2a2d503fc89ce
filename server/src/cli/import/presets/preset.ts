import type { Format } from '../formats.ts';

export type Cells = Readonly<Record<string, unknown>>;

/** What a row of a vendor's export becomes. */
export interface PresetEvent {
  readonly event: string;
  readonly user?: string | undefined;
  readonly device?: string | undefined;
  readonly session?: string | undefined;
  /** As `PresetTools.time` gives it. */
  readonly timestamp: unknown;
  /** The vendor's own id of the event, so that it counts once. */
  readonly uuid?: string | undefined;
  readonly data?: Cells | undefined;
  /** Of its user. An `$identify` is made when they are others than before. */
  readonly traits?: Traits | undefined;
}

export interface Traits {
  /** All that there are from now on. */
  readonly all?: Cells | undefined;
  /** Those that change. */
  readonly set?: Cells | undefined;
  /** Those that are taken only while there are none of their name. */
  readonly setOnce?: Cells | undefined;
}

export interface PresetTools {
  /** A time of the export: seconds to nanoseconds since 1970, or a text; without offset it is of `--time-zone`. */
  time(value: unknown): unknown;
  /** Seconds that count as a clock of `--time-zone` shows them. */
  localSeconds(value: number): unknown;
}

export interface Preset {
  /** What comes by standard input. */
  readonly standardInput: Exclude<Format, 'parquet'>;
  /** An event that names a user and a device says that the device is that user's. */
  readonly tiesDevices: boolean;
  /** @returns the events of one row; none when the row is no event. @throws RowFault */
  events(row: Cells, tools: PresetTools): Iterable<PresetEvent>;
}

export const IDENTIFY = '$identify';
export const PAGE_VIEWED = 'page viewed';
