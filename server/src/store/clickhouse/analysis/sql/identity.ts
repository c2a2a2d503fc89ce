import { ClickHouseError } from '@clickhouse/client';
import type { Person } from '../../../../model/analysis-query.ts';
import { IDENTIFY } from '../../../../model/event.ts';
import type { QueryControl, Statement } from '../../../../model/query.ts';
import type { Connection } from '../../connection.ts';
import { type Bound, EVENTS, IDENTITY, options, type Row } from '../../sql.ts';

/**
 * Which user an event counts for (docs/concepts/identity.md). An event `$identify` with user and device ties the device to the user from its time on.
 * An event of the device without a user counts for the user tied to it last at or before that moment; before the first tie, for the first user.
 */
export interface Identity {
  readonly from: string;
  /** A 64-bit number, 0 for nobody. */
  readonly person: string;
  /** The same, NULL for nobody. */
  readonly personOrNull: string;
  /** The name of the user, empty where only a device is known. */
  readonly user: string;
  readonly areJoined: boolean;
}

/** An app without identified devices. */
const PLAIN: Identity = {
  from: EVENTS,
  person: 'if(notEmpty(user), cityHash64(user), if(notEmpty(device), cityHash64(device, user), 0))',
  personOrNull: IDENTITY,
  user: 'user',
  areJoined: false,
};

/** The number of apps remembered as having no identified devices; beyond it remembering starts again. */
const NONE_MAX = 10_000;

/** A moment as one number in the order of (timestamp, seq). @param of a table's alias and a dot */
export const momentSql = (of = ''): string =>
  `bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(${of}timestamp)), 64), toUInt128(${of}seq))`;

/** Events that tie a device to a user. */
export const tiesSql = (app: string): string =>
  `${EVENTS} WHERE app = ${app} AND id = '${IDENTIFY}' AND notEmpty(user) AND notEmpty(device)`;

const BY_TIME = 'OVER (PARTITION BY device ORDER BY timestamp, seq)';
/** The users of each device and since when: `since` is 0 for the first user, who also gets everything before. @param ties FROM and WHERE */
export const switchesSql = (ties: string): string =>
  `SELECT device, user, if(nth = 1, toUInt128(0), ${momentSql()}) AS since FROM (
      SELECT device, user, timestamp, seq, row_number() ${BY_TIME} AS nth, lagInFrame(user) ${BY_TIME} AS before FROM ${ties}
    ) WHERE nth = 1 OR before != user`;

/** Only rows without a user look up their device. By hashes: comparing 64 bits takes two thirds of the time of strings. */
const KEY = 'if(empty(e.user), cityHash64(e.device), 0)';

/**
 * While every device has one user, as in nearly all apps, the engine looks it up in a plain table, and fails at once if a device has several
 * (SHARED_CODE). Then it looks for the last tie of the device at or before the event, which takes a third longer.
 */
function joinSql(app: string, isShared: boolean): string {
  return isShared
    ? `ASOF LEFT JOIN (SELECT cityHash64(device) AS knownDevice, user AS knownUser, cityHash64(user) AS knownPerson, since
    FROM (${switchesSql(tiesSql(app))})) AS i ON ${KEY} = i.knownDevice AND ${momentSql('e.')} >= i.since`
    : `ANY LEFT JOIN (SELECT cityHash64(device) AS knownDevice, min(user) AS knownUser, cityHash64(knownUser) AS knownPerson
    FROM ${tiesSql(app)} GROUP BY device HAVING throwIf(min(user) != max(user)) = 0) AS i ON ${KEY} = i.knownDevice`;
}

function joined(app: string, bound: Bound, isShared: boolean): Identity {
  const other = (nobody: string): string =>
    `if(notEmpty(user), cityHash64(user), if(knownPerson != 0, knownPerson, if(notEmpty(device), cityHash64(device, user), ${nobody})))`;
  return {
    from: `${EVENTS} AS e ${joinSql(bound.add('String', app), isShared)}`,
    person: other('0'),
    personOrNull: other('NULL'),
    user: 'if(notEmpty(user), user, knownUser)',
    areJoined: true,
  };
}

/** FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: a device has several users. */
const SHARED_CODE = '395';

function isOfSharedDevice(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ClickHouseError && cause.code === SHARED_CODE) return true;
  return false;
}

/**
 * Which apps have identified devices: events `$identify` with both user and device. The other apps are checked once, and
 * pay nothing from then on: no join, and their users come from the roll-up.
 */
export class Identities {
  readonly #opened: () => Connection;
  readonly #mayCome: (app: string) => boolean;
  readonly #known = new Set<string>();
  readonly #none = new Set<string>();
  /** With a device that several users have used: until the server is restarted. */
  readonly #shared = new Set<string>();

  /** @param mayCome false when no such event is on its way to the store, nor has been since the last check; true is always safe */
  constructor(opened: () => Connection, mayCome: (app: string) => boolean) {
    this.#opened = opened;
    this.#mayCome = mayCome;
  }

  async isKnown(app: string, control: QueryControl): Promise<boolean> {
    if (this.#known.has(app)) return true;
    // Before the check: what arrives after it is seen by the next question.
    const mayCome = this.#mayCome(app);
    if (!mayCome && this.#none.has(app)) return false;
    if (await this.#look(app, control)) {
      // Once there are any, an erasure may remove them: the join then finds none, and is right.
      this.#known.add(app);
      return true;
    }
    if (this.#none.size >= NONE_MAX) this.#none.clear();
    if (!mayCome) this.#none.add(app);
    return false;
  }

  /** First in the roll-up of counts, since most apps have no such event at all; events with a user but no device identify nothing. */
  async #look(app: string, control: QueryControl): Promise<boolean> {
    const where = `FROM ${EVENTS} WHERE app = {a:String} AND id = '${IDENTIFY}'`;
    const ask = (sql: string): Promise<Row[]> => this.#opened().query<Row>(sql, { a: app }, options(control, true));
    const [row] = await ask(`SELECT count() AS n ${where}`);
    if (Number(row?.['n'] ?? 0) === 0) return false;
    const found = await ask(`SELECT 1 AS found ${where} AND notEmpty(user) AND notEmpty(device) LIMIT 1`);
    return found.length > 0;
  }

  /** Binds its parameters once for each occurrence of `from`. Call within `asking`. */
  async of(app: string, control: QueryControl): Promise<(bound: Bound) => Identity> {
    const isKnown = await this.isKnown(app, control);
    return (bound) => (isKnown ? joined(app, bound, this.#shared.has(app)) : PLAIN);
  }

  /** Repeats the query when it turns out that a device of the app has several users. */
  async asking<T>(app: string, control: QueryControl, ask: (control: QueryControl) => Promise<T>): Promise<T> {
    if (this.#shared.has(app)) return await ask(control);
    const statements: Statement[] = [];
    const { onStatement } = control;
    try {
      const answer = await ask(onStatement ? { ...control, onStatement: (each) => statements.push(each) } : control);
      for (const each of statements) onStatement?.(each);
      return answer;
    } catch (error) {
      if (!isOfSharedDevice(error)) throw error;
      this.#shared.add(app);
      return await ask(control);
    }
  }
}

/** For a row with user `u` and device `d`. */
export function personOf(row: Row): Person {
  const [user, device] = [String(row['u']), String(row['d'])];
  return user === '' ? (device === '' ? {} : { device }) : { user };
}
