import type { Restored } from './id-window.ts';

/**
 * Fingerprints of one transaction, packed beside its rows: time (double, UTC ms), then per app: length of its name, name,
 * count (UInt32), and 8 bytes a fingerprint (high, low).
 */
export class PrintsWriter {
  readonly #byApp = new Map<string, number[]>();
  count = 0;

  add(app: string, high: number, low: number): void {
    let list = this.#byApp.get(app);
    if (list === undefined) {
      list = [];
      this.#byApp.set(app, list);
    }
    list.push(high, low);
    this.count++;
  }

  reset(): void {
    this.#byApp.clear();
    this.count = 0;
  }

  *each(): Generator<{ app: string; prints: readonly number[] }> {
    for (const [app, prints] of this.#byApp) yield { app, prints };
  }

  encode(at: number): Buffer {
    return encodePrints(at, [...this.each()]);
  }
}

export interface AppPrints {
  readonly app: string;
  /** high, low, high, low … */
  readonly prints: readonly number[];
}

export function encodePrints(at: number, apps: readonly AppPrints[]): Buffer {
  const value = Buffer.allocUnsafe(
    8 + apps.reduce((sum, { app, prints }) => sum + 5 + app.length + prints.length * 4, 0),
  );
  let place = value.writeDoubleLE(at, 0);
  for (const { app, prints } of apps) {
    place = value.writeUInt8(app.length, place);
    place += value.write(app, place, 'latin1');
    place = value.writeUInt32LE(prints.length / 2, place);
    for (const word of prints) place = value.writeUInt32LE(word, place);
  }
  return value;
}

/** The same without taking the fingerprints apart. */
export function viewPrints(value: Buffer): Restored[] {
  const atMs = value.readDoubleLE(0);
  const views: Restored[] = [];
  for (let place = 8; place < value.length; ) {
    const nameEnd = place + 1 + value.readUInt8(place);
    const app = value.toString('latin1', place + 1, nameEnd);
    const count = value.readUInt32LE(nameEnd);
    views.push({ atMs, app, prints: { bytes: value, offset: nameEnd + 4, count } });
    place = nameEnd + 4 + count * 8;
  }
  return views;
}

export function decodePrints(value: Buffer): { at: number; apps: AppPrints[] } {
  const apps: AppPrints[] = [];
  let place = 8;
  while (place < value.length) {
    const nameEnd = place + 1 + value.readUInt8(place);
    const app = value.toString('latin1', place + 1, nameEnd);
    const words = value.readUInt32LE(nameEnd) * 2;
    const prints: number[] = new Array(words);
    for (let i = 0; i < words; i++) prints[i] = value.readUInt32LE(nameEnd + 4 + i * 4);
    place = nameEnd + 4 + words * 4;
    apps.push({ app, prints });
  }
  return { at: value.readDoubleLE(0), apps };
}
