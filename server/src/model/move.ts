export const MOVE_STATES = ['none', 'copying', 'switching', 'done', 'failed', 'cancelled'] as const;
/** `copying`: events are copied and compared while the server works as before. `switching`: nothing is loaded for a moment. */
export type MoveState = (typeof MOVE_STATES)[number];

/** One app, once every day of it has been compared. */
export interface MovedApp {
  readonly app: string;
  /** UTC days with events. */
  readonly days: number;
  readonly events: number;
  /** Of all its rows: the same in both places. */
  readonly checksum: string;
}

/** A move of all events to another engine, or a copy of them in MongoDB. */
export interface MoveStatus {
  readonly state: MoveState;
  /** Where to, without the password. */
  readonly to?: string;
  /** Events in the old place, and how many of them this pass has compared or copied. */
  readonly events: number;
  readonly done: number;
  /** Since the move was started, in all passes. */
  readonly copied: number;
  readonly removed: number;
  /** How often all events have been compared. */
  readonly passes: number;
  /** Why it failed; before it has ended, why the last attempt failed, which is repeated. */
  readonly error?: string;
  /** When it is done. */
  readonly apps?: readonly MovedApp[];
}

export interface Moves {
  status(): MoveStatus;
  /**
   * Begins to move all events to another engine; a move there that is already running just goes on.
   * @param to the URL of a ClickHouse server, `embedded` for the embedded engine, or that of the setting `archive`, which is compared and completed
   * @throws PARAMETER_INVALID, MOVE_NOT_POSSIBLE
   */
  start(to: string): MoveStatus;
  /** Stops the move; what was copied stays there, and the next move goes on from it. Resolves when it has stopped. */
  cancel(): Promise<MoveStatus>;
}
