import { compare, hash } from '@node-rs/bcrypt';
import { SeismoError } from '../errors.ts';

/** Cost 12: some 250 ms of one core. */
const ROUNDS = 12;
/** At a time; sign-ins must not take all cores from ingest. */
const AT_ONCE = 2;
const WAITING_MAX = 20;
/** bcrypt ignores what is beyond. */
const PASSWORD_MAX_BYTES = 72;
const PASSWORD_MIN_LENGTH = 12;
/** The hash of nothing anybody knows: comparing with it takes an unknown name as long as a known one. */
const NOBODY = '$2b$12$mwyqWvbtTyEGUyaZPwVGr.xHIh57H/8/jHjv9S1gSHqbxiMWbYTNS';

/** bcrypt off the main thread, two at a time. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws AUTH_BUSY */
  async matches(password: string, stored: string | undefined): Promise<boolean> {
    return await this.#run(async () => {
      const same = await compare(password, stored ?? NOBODY);
      return same && stored !== undefined;
    });
  }

  async hash(password: string): Promise<string> {
    return await this.#run(() => hash(password, { cost: ROUNDS }));
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING_MAX) throw new SeismoError('AUTH_BUSY', 'Too many sign-ins at once.');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
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
