import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DAY_MS } from '../../model/duration.ts';

const SALT_BYTES = 32;
/** As many random bits as a UUID has. */
const DEVICE_BYTES = 16;
/** Between two events of one visit: the gap that ends a session. */
const VISIT_GAP_MS = 30 * 60_000;
/** Number of remembered visits over midnight, about 15 MB. Beyond that, one visit may count as two. */
const LATE_VISITS_MAX = 100_000;

/** The time zone of an app's days. */
interface Zone {
  readonly hash: number;
  readonly dayOf: (instantMs: number) => number;
}

const UTC: Zone = { hash: 0, dayOf: (instantMs) => Math.floor(instantMs / DAY_MS) };

/**
 * Anonymous ids of visitors who store none: an HMAC over app, address and user agent, under a salt that is thrown away
 * when the day ends in the app's time zone. On the same day, a visitor is the same device. Nothing links one day to the next, one app to
 * another, or the id to the address. Only a visit that continues over midnight keeps its device, until the visit or the
 * next day ends; for it, the previous salt stays in memory. The disk only has the salts of current days,
 * so that a restart counts no one twice.
 */
export class DailyDevices {
  readonly #path: string;
  readonly #now: () => number;
  readonly #zoneOf: (app: string) => Zone;
  /** By day: time zones are on one of up to three days. */
  readonly #salts = new Map<number, Buffer>();
  /** The current day of each time zone that was used, by its hash. */
  readonly #days = new Map<number, { readonly zone: Zone; readonly day: number }>();
  /** Devices that were seen shortly before their day ended, and when; least recently seen first. */
  readonly #late = new Map<string, number>();

  /** @param path the file with the salts (0600) */
  constructor(path: string, now: () => number, zoneOf: (app: string) => Zone = () => UTC) {
    this.#path = path;
    this.#now = now;
    this.#zoneOf = zoneOf;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const [, day, salt] of text.matchAll(/^(-?\d+) ([\da-f]+)$/gm))
      if (salt?.length === 2 * SALT_BYTES) this.#salts.set(Number(day), Buffer.from(salt, 'hex'));
  }

  of(app: string, address: string, agent: string): string {
    const now = this.#now();
    const zone = this.#zoneOf(app);
    const day = zone.dayOf(now);
    this.#forgetVisits(now);
    if (this.#days.get(zone.hash)?.day !== day) this.#begin(zone, day, now);
    const visitor = JSON.stringify([app, address, agent]);
    const before = this.#late.size > 0 ? this.#deviceOf(day - 1, visitor) : undefined;
    const isGoingOn = before !== undefined && this.#late.has(before);
    const device = isGoingOn ? before : (this.#deviceOf(day, visitor) ?? '');
    if (isGoingOn || zone.dayOf(now + VISIT_GAP_MS) !== day) this.#remember(device, now);
    return device;
  }

  #deviceOf(day: number, visitor: string): string | undefined {
    const salt = this.#salts.get(day);
    return salt && createHmac('sha256', salt).update(visitor).digest().subarray(0, DEVICE_BYTES).toString('base64url');
  }

  #remember(device: string, now: number): void {
    // To the end of the line.
    this.#late.delete(device);
    if (this.#late.size < LATE_VISITS_MAX) this.#late.set(device, now);
  }

  #forgetVisits(now: number): void {
    if (this.#late.size === 0) return;
    for (const [device, last] of this.#late) {
      if (now - last < VISIT_GAP_MS) break;
      this.#late.delete(device);
    }
    if (this.#late.size === 0) this.#forgetSalts(now);
  }

  #begin(zone: Zone, day: number, now: number): void {
    this.#days.set(zone.hash, { zone, day });
    if (!this.#salts.has(day)) this.#salts.set(day, randomBytes(SALT_BYTES));
    this.#forgetSalts(now);
    this.#write(now);
  }

  /** Removes days that are over everywhere. The previous one stays while a visit from it continues. */
  #forgetSalts(now: number): void {
    const current = this.#currentDays(now);
    for (const day of this.#salts.keys())
      if (!current.has(day) && !(this.#late.size > 0 && current.has(day + 1))) this.#salts.delete(day);
  }

  #currentDays(now: number): ReadonlySet<number> {
    return new Set([...this.#days.values()].map(({ zone }) => zone.dayOf(now)));
  }

  /** Overwrites the previous salts, so that they do not remain in the file. */
  #write(now: number): void {
    const current = this.#currentDays(now);
    const salts = [...this.#salts].filter(([day]) => current.has(day));
    const text = salts.map(([day, salt]) => `${day} ${salt.toString('hex')}\n`).join('');
    try {
      const length = existsSync(this.#path) ? readFileSync(this.#path).length : undefined;
      writeFileSync(this.#path, text.padEnd(length ?? 0, '\n'), {
        flag: length === undefined ? 'w' : 'r+',
        mode: 0o600,
      });
      truncateSync(this.#path, text.length);
    } catch {
      // A full disk: the salt only lives in memory, and a restart today would count its visitors twice. That is no reason to reject events.
    }
  }
}
