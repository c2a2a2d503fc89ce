import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const DAY_MS = 86_400_000;
const SALT_BYTES = 32;
/** As many bits as a UUID has of chance. */
const DEVICE_BYTES = 16;

/**
 * Anonymous ids of visitors who store none: an HMAC over app, address and user agent under a salt that is thrown away
 * when the day (UTC) ends. Within the day the same visitor is the same device; from one day to the next, from one app to
 * another, and back from the id to the address, nothing leads. Only the salt of the day is on disk, so that a restart counts
 * nobody twice.
 */
export class DailyDevices {
  readonly #path: string;
  readonly #now: () => number;
  #day: number;
  #salt: Buffer;

  /** @param path of the file that holds the salt (0600) */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
    const [day, salt] = existsSync(path) ? readFileSync(path, 'utf8').split(' ') : [];
    this.#day = Number(day);
    this.#salt = Buffer.from(salt?.trim() ?? '', 'hex');
    if (this.#salt.length !== SALT_BYTES) this.#day = Number.NaN;
  }

  of(app: string, address: string, agent: string): string {
    const day = Math.floor(this.#now() / DAY_MS);
    if (day !== this.#day) this.#begin(day);
    const hmac = createHmac('sha256', this.#salt).update(JSON.stringify([app, address, agent]));
    return hmac.digest().subarray(0, DEVICE_BYTES).toString('base64url');
  }

  /** Written over the last one, of the same length: it does not stay behind in the file. */
  #begin(day: number): void {
    this.#day = day;
    this.#salt = randomBytes(SALT_BYTES);
    try {
      const flag = existsSync(this.#path) ? 'r+' : 'w';
      writeFileSync(this.#path, `${day} ${this.#salt.toString('hex')}\n`, { flag, mode: 0o600 });
    } catch {
      // A full disk: the salt lives in memory alone, and a restart today would count its visitors twice. No reason to refuse events.
    }
  }
}
