import { Readable } from 'node:stream';
import { SeismoError } from '../../src/model/errors.ts';
import { matchesAll } from '../../src/model/filter-match.ts';
import type { Filter, Range } from '../../src/model/query.ts';
import { decodeRow, writeUuid } from '../../src/row/row.ts';
import { type Block, InsertRejected, type UuidsWanted } from '../../src/store/store.ts';

/** Keeps decoded events; away, silent or refusing as told. */
export class MemoryStore {
  readonly events: ReturnType<typeof decodeRow>[] = [];
  /** Per event: under which journal, at which place. */
  readonly places: { readonly journal: string; readonly seq: number }[] = [];
  away = false;
  /** More uuids of a month are asked about. */
  uuidsMax = Number.POSITIVE_INFINITY;
  /** Stores, and does not say so. */
  losesAnswers = false;
  refuse: (event: ReturnType<typeof decodeRow>) => boolean = () => false;
  async insert(block: Block): Promise<void> {
    if (this.away) throw new SeismoError('STORE_UNAVAILABLE', 'away');
    const events: ReturnType<typeof decodeRow>[] = [];
    const places: { journal: string; seq: number }[] = [];
    for (const piece of block.payload) {
      const bytes = Buffer.from(piece);
      for (let at = 0; at < bytes.length; at = rowEnd(bytes, at)) {
        events.push(decodeRow(bytes, at));
        places.push({ journal: block.journal, seq: Number(bytes.readBigUInt64LE(at)) });
      }
    }
    if (events.some(this.refuse)) throw new InsertRejected('code 27: cannot parse');
    this.events.push(...events);
    this.places.push(...places);
    if (this.losesAnswers) throw new SeismoError('STORE_UNAVAILABLE', 'no answer');
  }
  async settleInserts(): Promise<void> {}
  async storedRanges(journal: string, from: number, to: number) {
    return this.places
      .filter((place) => place.journal === journal && place.seq >= from && place.seq < to)
      .map(({ seq }) => seq)
      .sort((a, b) => a - b)
      .map((seq) => ({ from: seq, to: seq + 1 }));
  }
  async knownUuids(app: string, _range: unknown, uuids: readonly string[]) {
    const known = new Set(this.events.filter((event) => event.app === app).map((event) => event.uuid));
    return new Set(uuids.filter((each) => known.has(each)));
  }
  /** Of data without dots and backslashes in its keys. */
  async names(app: string) {
    if (this.away) throw new SeismoError('STORE_UNAVAILABLE', 'away');
    const own = this.events.filter((event) => event.app === app);
    const properties = new Set<string>();
    const walk = (value: object, prefix: string): void => {
      for (const [key, inner] of Object.entries(value))
        if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) walk(inner, `${prefix}${key}.`);
        else properties.add(`${prefix}${key}`);
    };
    for (const { dataText } of own) walk(JSON.parse(dataText ?? '{}'), '');
    return { ids: new Set(own.map(({ id }) => id)), properties };
  }
  /** An erasure goes on in the engine. */
  erasing = false;
  async isErasing() {
    return this.erasing;
  }
  async reachingDevices(_app: string, filters: readonly Filter[]) {
    return filters;
  }
  async counts(): Promise<never> {
    throw new Error('not counted');
  }
  /** Hides them, the places included: a block that is repeated would bring them back. */
  async erase(app: string, range: Range, filters: readonly Filter[]) {
    const erased = this.events.map(
      (event, i) => event.app === app && matchesAll(event, range, filters, this.places[i]!.seq),
    );
    this.events.splice(0, Number.POSITIVE_INFINITY, ...this.events.filter((_, i) => !erased[i]));
    this.places.splice(0, Number.POSITIVE_INFINITY, ...this.places.filter((_, i) => !erased[i]));
    return erased.filter(Boolean).length;
  }
  async uuids(app: string, range: Range, max: number, { filters = [], receivedSince = 0 }: UuidsWanted = {}) {
    const own = this.events.filter(
      (event, i) =>
        event.app === app &&
        event.receivedAt >= receivedSince &&
        matchesAll(event, range, filters, this.places[i]!.seq),
    );
    if (own.length > Math.min(max, this.uuidsMax)) return undefined;
    const bytes = Buffer.alloc(own.length * 16);
    own.forEach((event, i) => {
      writeUuid(event.uuid, bytes, i * 16);
    });
    // Cut anywhere, as the network cuts.
    const pieces = Array.from({ length: Math.ceil(bytes.length / 37) }, (_, i) => bytes.subarray(i * 37, i * 37 + 37));
    return Readable.from(pieces);
  }
}

/** Where the row at `start` ends: 8 texts, then three maps of text, double and text (row.ts). */
function rowEnd(bytes: Buffer, start: number): number {
  let at = start + 70;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const skipText = (): void => {
    const length = varint();
    at += length;
  };
  for (let i = 0; i < 8; i++) skipText();
  for (const isNumber of [false, true, false])
    for (let left = varint(); left > 0; left--) {
      skipText();
      if (isNumber) at += 8;
      else skipText();
    }
  return at;
}

export const LIMITS = {
  bodyMaxBytes: 1_000_000,
  lineMaxBytes: 1_000,
  batchEventsMax: 10_000,
  eventMaxBytes: 10_000,
  eventNameMaxLength: 64,
  userMaxLength: 64,
  uuidMaxLength: 64,
  propertiesMax: 50,
  dataDepthMax: 8,
  propertyNameMaxLength: 64,
  eventNamesMax: 100,
  propertyNamesMax: 100,
  idWindowDays: 7,
  idWindowMax: 100_000,
  journalMaxBytes: 1_000_000,
  diskReserveBytes: 0,
  flushIntervalMs: 5,
  flushMaxBytes: 100_000,
  // Longer than a busy machine keeps a block waiting.
  freshTimeoutMs: 20_000,
};
