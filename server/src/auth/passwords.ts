import * as bcrypt from '@node-rs/bcrypt';
import { SeismoError } from '../model/errors.ts';

/** Cost 12: about 250 ms of one core. */
const ROUNDS = 12;
/** At the same time. Sign-ins must not take all cores from ingest. */
const AT_ONCE = 2;
/** For strangers and for known callers each. */
const WAITING_MAX = 20;
/** From one address: a single one must not fill the queue. */
const WAITING_OF_ONE_MAX = 4;
/** bcrypt ignores everything beyond. */
export const PASSWORD_MAX_BYTES = 72;
export const PASSWORD_MIN_LENGTH = 12;
/** A hash without its rounds that no password matches: comparing with it takes an unknown name as long as a known one. */
const NOBODY = 'mwyqWvbtTyEGUyaZPwVGr.xHIh57H/8/jHjv9S1gSHqbxiMWbYTNS';
const nobody = (rounds: number): string => `$2b$${String(rounds).padStart(2, '0')}$${NOBODY}`;
const roundsOf = (hash: string): number => Number(hash.slice(4, 6));

/** Those who wait for bcrypt. Callers who have signed in before go first. */
export interface Waiting {
  readonly isKnown: boolean;
  /** The address. Absent for work of the server itself. */
  readonly address: string;
}

const ADMIN: Waiting = { isKnown: true, address: '' };

type Compare = (password: string, hash: string) => Promise<boolean>;

/** Runs bcrypt off the main thread, two at a time. A few can wait; more are rejected. */
export class Passwords {
  readonly #roundsMax: number;
  #running = 0;
  readonly #waiting: (Waiting & { readonly start: () => void })[] = [];

  readonly #rounds: number;
  readonly #compare: Compare;

  /**
   * @param known hashes from the configuration, which can have more rounds than ours
   * @param rounds fewer in tests
   * @param compare replaced in tests
   */
  constructor(known: readonly string[] = [], rounds = ROUNDS, compare: Compare = bcrypt.compare) {
    this.#rounds = rounds;
    this.#compare = compare;
    this.#roundsMax = Math.max(rounds, ...known.map(roundsOf));
  }

  /**
   * Takes the same time whether the user exists or not, and for any number of rounds.
   * @throws AUTH_BUSY
   */
  async matches(password: string, stored: string | undefined, waiting: Waiting = ADMIN): Promise<boolean> {
    return await this.#run(waiting, async () => {
      const hash = stored ?? nobody(this.#roundsMax);
      const isSame = await this.#compare(password, hash);
      if (isSame && stored !== undefined) return true;
      // 2^n, then 2^n, 2^(n+1) … 2^(max-1), together 2^max.
      for (let rounds = roundsOf(hash); rounds < this.#roundsMax; rounds++)
        await this.#compare(password, nobody(rounds));
      return false;
    });
  }

  async hash(password: string): Promise<string> {
    return await this.#run(ADMIN, () => bcrypt.hash(password, { cost: this.#rounds }));
  }

  async #run<T>(waiting: Waiting, work: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++;
    else {
      this.#checkQueue(waiting);
      await new Promise<void>((start) => this.#waiting.push({ ...waiting, start }));
    }
    try {
      return await work();
    } finally {
      // The slot is handed over directly: if it were freed first, a newcomer could take it.
      const known = this.#waiting.findIndex(({ isKnown }) => isKnown);
      const [next] = this.#waiting.splice(Math.max(0, known), 1);
      if (next) next.start();
      else this.#running--;
    }
  }

  #checkQueue({ isKnown, address }: Waiting): void {
    const alike = this.#waiting.filter((other) => other.isKnown === isKnown);
    const ofAddress = alike.filter((other) => other.address === address);
    if (alike.length >= WAITING_MAX || (address !== '' && ofAddress.length >= WAITING_OF_ONE_MAX))
      throw new SeismoError('AUTH_BUSY', 'Too many sign-ins at once.');
  }
}

/** bcrypt counts bytes, but a schema counts characters. @throws USER_INVALID */
export function checkPassword(password: string): void {
  if (password.length < PASSWORD_MIN_LENGTH || Buffer.byteLength(password) > PASSWORD_MAX_BYTES)
    throw new SeismoError(
      'USER_INVALID',
      `\`password\` must have at least ${PASSWORD_MIN_LENGTH} characters and at most ${PASSWORD_MAX_BYTES} bytes.`,
      { field: 'password' },
    );
}
