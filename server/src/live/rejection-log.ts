import type { RejectedEvent } from '../row/committed-rows.ts';

/** Maximum number kept for each app, their maximum size, and that of all together (API.md). */
const KEPT_MAX = 1_000;
const ENTRY_MAX_BYTES = 2_048;
const ALL_MAX_BYTES = 16 * 1024 * 1024;
/** About what an entry takes besides its text. */
const ENTRY_BYTES = 160;
/** How much of the event is examined. */
const EXCERPT_MAX_LENGTH = 1_500;
const DETAIL_MAX_LENGTH = 400;

export interface RejectionEntry {
  /** Counts up over all apps. */
  readonly number: number;
  /** When it was rejected, UTC ms. */
  readonly at: number;
  readonly json: string;
  readonly bytes: number;
}

/** The latest rejections, in memory only: enough to see what is wrong with the events being sent. */
export class RejectionLog {
  readonly #apps = new Map<string, RejectionEntry[]>();
  readonly #maxBytes: number;
  #bytes = 0;
  /** The number of the next one. */
  nextNumber = 1;

  constructor(maxBytes = ALL_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  add(app: string, at: number, rejected: readonly RejectedEvent[]): void {
    const kept = this.#apps.get(app) ?? [];
    this.#apps.set(app, kept);
    for (const each of rejected.slice(-KEPT_MAX)) {
      const json = jsonOf(app, at, each);
      const bytes = json.length * 2 + ENTRY_BYTES;
      kept.push({ number: this.nextNumber++, at, json, bytes });
      this.#bytes += bytes;
    }
    this.#drop(app, kept.length - KEPT_MAX);
    if (this.#bytes > this.#maxBytes) this.#makeRoom();
  }

  /** Those with a higher number, in order. */
  after(app: string, number: number): readonly RejectionEntry[] {
    const kept = this.#apps.get(app) ?? [];
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (kept[middle]!.number <= number) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? kept : kept.slice(low);
  }

  /** @param before UTC ms; absent: all rejections of the app */
  forget(app: string, before = Number.POSITIVE_INFINITY): void {
    const kept = this.#apps.get(app) ?? [];
    const end = kept.findIndex(({ at }) => at >= before);
    this.#drop(app, end === -1 ? kept.length : end);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest one of an app. */
  #drop(app: string, count: number): void {
    if (count <= 0) return;
    const kept = this.#apps.get(app)!;
    for (const { bytes } of kept.splice(0, count)) this.#bytes -= bytes;
    if (kept.length === 0) this.#apps.delete(app);
  }

  /** Shrinks to seven eighths: the apps with the most lose their oldest, so that a flood in one app does not push out the others. */
  #makeRoom(): void {
    const sizes = [...this.#apps].map(([app, kept]) => ({
      app,
      bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    }));
    sizes.sort((a, b) => b.bytes - a.bytes);
    const aim = (this.#maxBytes / 8) * 7;
    // What each app can keep so that all fit together. Smaller ones leave what they do not need to the others.
    let left = aim;
    let share = 0;
    for (let i = sizes.length - 1; i >= 0; i--) {
      share = left / (i + 1);
      if (sizes[i]!.bytes > share) break;
      left -= sizes[i]!.bytes;
    }
    for (const { app, bytes } of sizes) {
      if (bytes <= share) break;
      const kept = this.#apps.get(app)!;
      let over = bytes - share;
      let count = 0;
      while (over > 0) over -= kept[count++]!.bytes;
      this.#drop(app, count);
    }
  }
}

function jsonOf(app: string, at: number, { code, detail, field, index, value }: RejectedEvent): string {
  const whole = textOf(value);
  let excerpt = whole === undefined ? undefined : masked(whole.slice(0, EXCERPT_MAX_LENGTH));
  let isCut = whole !== undefined && whole.length > EXCERPT_MAX_LENGTH;
  for (;;) {
    const json = JSON.stringify({
      app,
      at: new Date(at).toISOString(),
      code,
      detail: detail.slice(0, DETAIL_MAX_LENGTH),
      ...(field !== undefined && { field }),
      ...(index !== undefined && { index }),
      ...(excerpt !== undefined && { excerpt, cut: isCut }),
    });
    if (Buffer.byteLength(json) <= ENTRY_MAX_BYTES || excerpt === undefined) return json;
    excerpt = excerpt.slice(0, Math.floor(excerpt.length * 0.7));
    isCut = true;
  }
}

function textOf(value: unknown): string | undefined {
  // Bytes that are not JSON and not text are shown as such.
  if (value instanceof Uint8Array) return Buffer.from(value.subarray(0, EXCERPT_MAX_LENGTH * 4)).toString('utf8');
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Keys of this server, and tokens in a URL, must not be visible here. */
const masked = (text: string): string =>
  text.replaceAll(/\bsk_[A-Za-z0-9_-]{8,}/g, 'sk_…').replaceAll(/(access_token\W{1,5})[\w.~+/-]+/g, '$1…');
