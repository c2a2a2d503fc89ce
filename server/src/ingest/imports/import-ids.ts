import { ROW_OFFSET, uuidToText } from '../../row/row.ts';
import type { Store } from '../../store/store.ts';
import type { Accepted } from '../accept/posted-uuid.ts';
import type { Fingerprints } from '../deduplication/fingerprints.ts';
import { IdWindow } from '../deduplication/id-window.ts';
import type { EventBatch } from '../post/batch.ts';

export interface ImportIdsOptions {
  readonly app: string;
  readonly store: Pick<Store, 'knownUuids' | 'uuids'>;
  readonly fingerprints: Fingerprints;
  /** Maximum number of ids, at 13 to 18 bytes each. */
  readonly max: number;
  /** UTC ms. */
  readonly startedAt: number;
}

const UUID_BYTES = 16;

/**
 * The uuids of an app during an import. Those of a month are read from the store when the first row of that month
 * arrives: asking the store about each request took 80 ms of every 100. If a month has more ids than fit,
 * the store is asked instead.
 */
export class ImportIds {
  readonly #options: ImportIdsOptions;
  readonly #window: IdWindow;
  /** By first millisecond: `read` is in the window, `ask` has too many. */
  readonly #months = new Map<number, 'read' | 'ask'>();

  constructor(options: ImportIdsOptions) {
    this.#options = options;
    this.#window = new IdWindow({ windowMs: Number.MAX_SAFE_INTEGER, max: options.max });
  }

  /** Whether another request with this many rows would exceed the space. */
  isFull(rows: number): boolean {
    return this.#window.size + rows > this.#options.max;
  }

  /** Ids that are stored from now on, without reading a month: high and low of each. */
  add(stored: readonly number[]): void {
    for (let i = 0; i < stored.length; i += 2) this.#window.restore(this.#options.app, stored[i]!, stored[i + 1]!, 0);
  }

  /**
   * Reads what the store knows about these rows.
   * @returns for the committer: what is known becomes a duplicate (`own`), everything else `imported`. Call it in the turn of the
   * event loop in which the rows join, because ids are stored in between.
   */
  async lookUp({ starts, kinds, writer: { bytes } }: EventBatch): Promise<() => (Accepted | 'imported')[]> {
    const { app, fingerprints } = this.#options;
    const asked = await this.#ask(starts, kinds, bytes);
    return () =>
      kinds.map((kind, i) => {
        if (kind === 'made') return kind;
        const at = starts[i]! + ROW_OFFSET.uuid;
        fingerprints.of(app, bytes, at);
        const { high, low } = fingerprints;
        const isKnown =
          this.#window.find(high, low) !== undefined ||
          asked.has(i) ||
          (kind === 'own' && this.#isMadeSince(bytes, at));
        if (!isKnown) this.#window.restore(app, high, low, 0);
        return isKnown ? 'own' : 'imported';
      });
  }

  /** The server's own uuids begin with their time. One made since the import began was answered, though no month was read. */
  #isMadeSince(bytes: Buffer, at: number): boolean {
    // RowBinary stores the first half of a UUID as a little-endian number, so its first six bytes are the last six here.
    return bytes.readUIntLE(at + 2, 6) >= this.#options.startedAt;
  }

  /** Reads the months of these rows. @returns which of the rows the store knows, for months that are asked about */
  async #ask(starts: readonly number[], kinds: readonly Accepted[], bytes: Buffer): Promise<ReadonlySet<number>> {
    const toAsk = new Map<number, number[]>();
    let month: Month | undefined;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] === 'made') continue;
      const timestamp = Number(bytes.readBigInt64LE(starts[i]! + ROW_OFFSET.timestamp));
      if (month === undefined || timestamp < month.from || timestamp >= month.to) month = monthOf(timestamp);
      if ((this.#months.get(month.from) ?? (await this.#read(month))) === 'read') continue;
      const rows = toAsk.get(month.from);
      if (rows) rows.push(i);
      else toAsk.set(month.from, [i]);
    }
    const known = new Set<number>();
    for (const [from, rows] of toAsk) {
      const uuids = rows.map((i) => uuidToText(bytes, starts[i]! + ROW_OFFSET.uuid));
      const found = await this.#options.store.knownUuids(this.#options.app, monthOf(from), uuids);
      rows.forEach((i, at) => {
        if (found.has(uuids[at]!)) known.add(i);
      });
    }
    return known;
  }

  async #read(month: Month): Promise<'read' | 'ask'> {
    const { app, store, fingerprints, max } = this.#options;
    const pieces = await store.uuids(app, month, max - this.#window.size);
    if (pieces === undefined) {
      this.#months.set(month.from, 'ask');
      return 'ask';
    }
    let open = Buffer.alloc(0);
    for await (const piece of pieces) {
      const bytes = open.length === 0 ? piece : Buffer.concat([open, piece]);
      const end = bytes.length - (bytes.length % UUID_BYTES);
      for (let at = 0; at < end; at += UUID_BYTES) {
        fingerprints.of(app, bytes, at);
        this.#window.restore(app, fingerprints.high, fingerprints.low, 0);
      }
      open = Buffer.from(bytes.subarray(end));
    }
    this.#months.set(month.from, 'read');
    return 'read';
  }
}

interface Month {
  readonly from: number;
  readonly to: number;
}

/** In UTC, like the store's partitions. */
function monthOf(timestamp: number): Month {
  const date = new Date(timestamp);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
}
