import type { Person } from '../../../analysis-query.ts';
import { IDENTIFY } from '../../../event.ts';
import type { QueryControl } from '../../../query.ts';
import type { Connection } from '../connection.ts';
import { type Bound, EVENTS, options, PERSON, type Row } from '../sql.ts';

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

/** An app whose devices nobody identified. */
const PLAIN: People = {
  from: EVENTS,
  person: 'if(notEmpty(user), cityHash64(user), if(notEmpty(device), cityHash64(device, user), 0))',
  personOrNull: PERSON,
  user: 'user',
  areJoined: false,
};

/** Apps of which it is remembered that nobody was identified; then remembering begins anew. */
const NONE_MAX = 10_000;

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

/**
 * Which apps have devices that were identified: events `$identify` with both user and device. The others are asked about once, and
 * pay nothing from then on: no join, and their users come from the roll-up.
 */
export class Identities {
  readonly #opened: () => Connection;
  readonly #mayCome: (app: string) => boolean;
  readonly #known = new Set<string>();
  readonly #none = new Set<string>();

  /** @param mayCome false when no such event is on its way to the store, nor was since it was last asked; true is always safe */
  constructor(opened: () => Connection, mayCome: (app: string) => boolean) {
    this.#opened = opened;
    this.#mayCome = mayCome;
  }

  async isKnown(app: string, control: QueryControl): Promise<boolean> {
    if (this.#known.has(app)) return true;
    // Before the look: what comes after it is seen by the next question.
    const mayCome = this.#mayCome(app);
    if (!mayCome && this.#none.has(app)) return false;
    if (await this.#look(app, control)) {
      // Once they are there, an erasure may take them away again: the join then finds none, and is right.
      this.#known.add(app);
      return true;
    }
    if (this.#none.size >= NONE_MAX) this.#none.clear();
    if (!mayCome) this.#none.add(app);
    return false;
  }

  /** First in the roll-up of counts, since most apps have no such event at all; those of users alone identify no device. */
  async #look(app: string, control: QueryControl): Promise<boolean> {
    const where = `FROM ${EVENTS} WHERE app = {a:String} AND id = '${IDENTIFY}'`;
    const ask = (sql: string): Promise<Row[]> => this.#opened().query<Row>(sql, { a: app }, options(control, true));
    const [row] = await ask(`SELECT count() AS n ${where}`);
    if (Number(row?.['n'] ?? 0) === 0) return false;
    const found = await ask(`SELECT 1 AS found ${where} AND notEmpty(user) AND notEmpty(device) LIMIT 1`);
    return found.length > 0;
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
