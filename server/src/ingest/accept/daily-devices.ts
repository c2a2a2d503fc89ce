import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DAY_MS } from '../../model/duration.ts';

const SALT_BYTES = 32;
/** As many bits as a UUID has of chance. */
const DEVICE_BYTES = 16;
/** Between two events of one visit: the gap that ends a session. */
const VISIT_GAP_MS = 30 * 60_000;
/** Visits over midnight that are remembered, some 15 MB; beyond, a visit may become two. */
const LATE_VISITS_MAX = 100_000;

/** In which the days of an app are cut. */
interface Zone {
  readonly hash: number;
  readonly dayOf: (instantMs: number) => number;
}

const UTC: Zone = { hash: 0, dayOf: (instantMs) => Math.floor(instantMs / DAY_MS) };

/**
 * Anonymous ids of visitors who store none: an HMAC over app, address and user agent under a salt that is thrown away
 * when the day ends in the app's zone. Within the day the same visitor is the same device; from one day to the next, from one app to
 * another, and back from the id to the address, nothing leads. Only a visit that goes on over midnight keeps its device, until it
 * ends or the next day does: for it the salt of the day before stays in memory. On disk are the salts of current days alone,
 * so that a restart counts nobody twice.
 */
export class DailyDevices {
  readonly #path: string;
  readonly #now: () => number;
  readonly #zoneOf: (app: string) => Zone;
  /** By day: zones are on one of up to three. */
  readonly #salts = new Map<number, Buffer>();
  /** The current day of each zone that was asked for, by its hash. */
  readonly #days = new Map<number, { readonly zone: Zone; readonly day: number }>();
  /** Devices that were seen shortly before their day ended, and when last; the one not seen for longest first. */
  readonly #late = new Map<string, number>();

  /** @param path of the file that holds the salts (0600) */
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

  /** Days that are over everywhere; the one before stays while a visit of it goes on. */
  #forgetSalts(now: number): void {
    const current = this.#currentDays(now);
    for (const day of this.#salts.keys())
      if (!current.has(day) && !(this.#late.size > 0 && current.has(day + 1))) this.#salts.delete(day);
  }

  #currentDays(now: number): ReadonlySet<number> {
    return new Set([...this.#days.values()].map(({ zone }) => zone.dayOf(now)));
  }

  /** Over the last ones: they do not stay behind in the file. */
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
      // A full disk: the salt lives in memory alone, and a restart today would count its visitors twice. No reason to refuse events.
    }
  }
}
