import { compare, hash } from '@node-rs/bcrypt';
import { SeismoError } from '../errors.ts';

/** Cost 12: some 250 ms of one core. */
const ROUNDS = 12;
/** At a time; sign-ins must not take all cores from ingest. */
const AT_ONCE = 2;
const WAITING_MAX = 20;
/** bcrypt ignores what is beyond. */
export const PASSWORD_MAX_BYTES = 72;
const PASSWORD_MIN_LENGTH = 12;
/** The hash of nothing anybody knows, without its rounds: comparing with it takes an unknown name as long as a known one. */
const NOBODY = 'mwyqWvbtTyEGUyaZPwVGr.xHIh57H/8/jHjv9S1gSHqbxiMWbYTNS';
const nobody = (rounds: number): string => `$2b$${String(rounds).padStart(2, '0')}$${NOBODY}`;
const roundsOf = (hash: string): number => Number(hash.slice(4, 6));

/** bcrypt off the main thread, two at a time; a few wait, and more than that is refused. */
export class Passwords {
  readonly #roundsMax: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param known hashes that the configuration brings: they may have more rounds than ours */
  constructor(known: readonly string[] = []) {
    this.#roundsMax = Math.max(ROUNDS, ...known.map(roundsOf));
  }

  /**
   * Takes as long whether there is such a user or not, and whatever the rounds of the hash.
   * @throws AUTH_BUSY
   */
  async matches(password: string, stored: string | undefined): Promise<boolean> {
    return await this.#run(async () => {
      const hash = stored ?? nobody(this.#roundsMax);
      const isSame = await compare(password, hash);
      if (isSame && stored !== undefined) return true;
      // 2^n and then 2^n, 2^(n+1) … 2^(max-1) are 2^max together.
      for (let rounds = roundsOf(hash); rounds < this.#roundsMax; rounds++) await compare(password, nobody(rounds));
      return false;
    });
  }

  async hash(password: string): Promise<string> {
    return await this.#run(() => hash(password, { cost: ROUNDS }));
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++;
    else {
      if (this.#waiting.length >= WAITING_MAX) throw new SeismoError('AUTH_BUSY', 'Too many sign-ins at once.');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      // The place is handed over: were it freed first, a newcomer could take it too.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** @throws USER_INVALID */
export function checkPassword(password: unknown): string {
  if (
    typeof password !== 'string' ||
    password.length < PASSWORD_MIN_LENGTH ||
    Buffer.byteLength(password) > PASSWORD_MAX_BYTES
  )
    throw new SeismoError(
      'USER_INVALID',
      `The password must have ${PASSWORD_MIN_LENGTH} characters or more, and at most ${PASSWORD_MAX_BYTES} bytes.`,
      { field: 'password' },
    );
  return password;
}
