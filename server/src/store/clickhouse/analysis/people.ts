import type { Person } from '../../../analysis-query.ts';
import type { QueryControl } from '../../../query.ts';
import type { Connection } from '../connection.ts';
import { type Bound, EVENTS, options, type Row } from '../sql.ts';

/**
 * Who an event counts for. An event `$identify` with user and device says that the device is the user's: the latest wins, and what
 * the device did under no name, also before, counts for the user.
 */
export interface People {
  readonly from: string;
  /** A 64-bit number, 0 for nobody. */
  readonly person: string;
  /** The same, NULL for nobody. */
  readonly personOrNull: string;
  /** The name of the user, empty where only a device is known. */
  readonly user: string;
  readonly areJoined: boolean;
}

/** In these words alone: the roll-up of users is found by them (sql.ts). */
const OR_NULL = 'if(notEmpty(user), cityHash64(user), if(notEmpty(device), cityHash64(device, user), NULL))';

/** An app whose devices nobody identified. */
const PLAIN: People = {
  from: EVENTS,
  person: 'if(notEmpty(user), cityHash64(user), if(notEmpty(device), cityHash64(device, user), 0))',
  personOrNull: OR_NULL,
  user: 'user',
  areJoined: false,
};

export const IDENTIFY = '$identify';
const NONE_MS = 60_000;

/** Only rows without a user look their device up. */
function joined(app: string, bound: Bound): People {
  const identities = `SELECT device AS knownDevice, argMax(user, (timestamp, seq)) AS knownUser FROM ${EVENTS}
    WHERE app = ${bound.add('String', app)} AND id = '${IDENTIFY}' AND notEmpty(user) AND notEmpty(device) GROUP BY device`;
  const other = (nobody: string): string =>
    `if(notEmpty(user), cityHash64(user), if(notEmpty(knownUser), cityHash64(knownUser), if(notEmpty(device), cityHash64(device, user), ${nobody})))`;
  return {
    from: `${EVENTS} AS e ANY LEFT JOIN (${identities}) AS i ON e.device = i.knownDevice AND empty(e.user)`,
    person: other('0'),
    personOrNull: other('NULL'),
    user: 'if(notEmpty(user), user, knownUser)',
    areJoined: true,
  };
}

/** Which apps have events `$identify`: asked of the roll-up of counts, so that the others pay some milliseconds and no join. */
export class Identities {
  readonly #opened: () => Connection;
  readonly #mayBe: (app: string) => boolean;
  readonly #known = new Set<string>();
  /** Apps that had none, and when that was looked up. */
  readonly #none = new Map<string, number>();

  /** @param mayBe false while this server has never accepted such an event of the app: then one look a minute is enough, for others'. */
  constructor(opened: () => Connection, mayBe: (app: string) => boolean) {
    this.#opened = opened;
    this.#mayBe = mayBe;
  }

  async isKnown(app: string, control: QueryControl): Promise<boolean> {
    if (this.#known.has(app)) return true;
    const mayBe = this.#mayBe(app);
    if (!mayBe && Date.now() - (this.#none.get(app) ?? 0) < NONE_MS) return false;
    const [row] = await this.#opened().query<{ n: string }>(
      `SELECT count() AS n FROM ${EVENTS} WHERE app = {a:String} AND id = '${IDENTIFY}'`,
      { a: app },
      options(control, true),
    );
    if (Number(row?.n ?? 0) === 0) {
      if (!mayBe) this.#none.set(app, Date.now());
      return false;
    }
    // Once they are there, an erasure may take them away again: the join then finds none, and is right.
    this.#known.add(app);
    return true;
  }

  /** Binds what it needs once for each place where `from` stands. */
  async of(app: string, control: QueryControl): Promise<(bound: Bound) => People> {
    const isKnown = await this.isKnown(app, control);
    return (bound) => (isKnown ? joined(app, bound) : PLAIN);
  }
}

/** Of a row that names user `u` and device `d`. */
export function personOf(row: Row): Person {
  const [user, device] = [String(row['u']), String(row['d'])];
  return user === '' ? (device === '' ? {} : { device }) : { user };
}
