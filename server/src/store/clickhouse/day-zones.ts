import type { QueryControl } from '../../model/query.ts';
import { zoneHash } from '../../row/row.ts';
import { dayNumber, startOfDay } from '../../time/calendar.ts';
import type { Connection } from './connection.ts';
import { EVENTS, options } from './sql.ts';

/**
 * In which zone the days of an app's stored events are cut: asked once, and again after a change of zone. Only the zone in
 * which new rows are cut is ever believed, since rows of another would come unseen.
 */
export class DayZones {
  readonly #connection: Connection;
  readonly #zoneOf: (app: string) => string;
  /** Apps all of whose rows are cut in their own zone. */
  readonly #whole = new Set<string>();
  /** Counts the changes: an answer asked for before one says nothing after it. */
  readonly #changes = new Map<string, number>();

  constructor(connection: Connection, zoneOf: (app: string) => string) {
    this.#connection = connection;
    this.#zoneOf = zoneOf;
  }

  changed(app: string): void {
    this.#whole.delete(app);
    this.#changes.set(app, (this.#changes.get(app) ?? 0) + 1);
  }

  /** Whether these edges begin days that all rows of the app are stored with, so that roll-ups and the column of days serve. */
  async areStored(app: string, timeZone: string, edges: readonly number[], control: QueryControl): Promise<boolean> {
    return areDays(edges, timeZone) && (await this.isOnly(app, timeZone, control));
  }

  async isOnly(app: string, timeZone: string, control: QueryControl): Promise<boolean> {
    if (this.#zoneOf(app) !== timeZone) return false;
    if (this.#whole.has(app)) return true;
    const before = this.#changes.get(app);
    const rows = await this.#connection.query<{ zone: number }>(
      `SELECT zone FROM ${EVENTS} WHERE app = {a:String} GROUP BY zone`,
      { a: app },
      options(control, true),
    );
    const hash = zoneHash(timeZone);
    const isWhole = rows.every(({ zone }) => Number(zone) === hash) && this.#changes.get(app) === before;
    if (isWhole) this.#whole.add(app);
    return isWhole;
  }
}

/** Whether all of these begin days that a Date can hold. */
export function areDays(edges: readonly number[], timeZone: string): boolean {
  const dayAt = dayNumber(timeZone);
  // A Date does not go before 1970: west of Greenwich the events of its first hours are kept under the first day.
  const isHeld = (day: number): boolean => day >= 1 || (day === 0 && startOfDay(0, timeZone) <= 0);
  return edges.every((edge) => startOfDay(dayAt(edge), timeZone) === edge && isHeld(dayAt(edge)));
}
