import {
  type Archive,
  type ArchiveBatch,
  type ArchiveOrder,
  type ArchiveRow,
  ArchiveUnavailable,
} from '../../src/archive/archive.ts';
import type { StoredEvent } from '../../src/model/event.ts';
import { matchesAll } from '../../src/model/filter-match.ts';
import { decodeRow } from '../../src/row/row.ts';
import type { SeqsOf } from '../../src/store/copy-store.ts';

/** An archive in memory that fails as told, and notes what it was asked in the order it came. */
export class MemoryArchive implements Archive {
  /** By journal and sequence number. */
  readonly events = new Map<string, StoredEvent>();
  readonly done: string[] = [];
  away = false;
  /** How many calls are answered before it goes away. */
  answersLeft = Number.POSITIVE_INFINITY;
  /** The next insert stores this many of its rows, and fails. */
  storesOnly: number | undefined;
  refuse: (event: StoredEvent) => boolean = () => false;

  get names(): string[] {
    return [...this.events.values()].map(({ event }) => event).sort();
  }

  /** Another directory owns it: what that one's server says. */
  refusal: Error | undefined;
  /** Whether it might be taken over, each time it was asked. */
  readonly owned: boolean[] = [];

  async open(): Promise<void> {}
  async own(mayTakeOver: boolean): Promise<void> {
    this.owned.push(mayTakeOver);
    if (this.refusal) throw this.refusal;
  }
  async close(): Promise<void> {}

  async insert(rows: readonly ArchiveRow[]) {
    this.#check();
    const stored = this.storesOnly;
    this.storesOnly = undefined;
    const rejected = [];
    for (const row of rows.slice(0, stored)) {
      const event = decodeRow(row.bytes, row.start);
      if (this.refuse(event)) rejected.push({ journal: row.journal, seq: row.seq, reason: 'code 2: bad value' });
      else if (!this.events.has(`${row.journal} ${row.seq}`)) {
        this.events.set(`${row.journal} ${row.seq}`, event);
        this.done.push(`+${event.event}`);
      }
    }
    if (stored !== undefined) throw new ArchiveUnavailable('MongoDB has no primary at the moment.');
    return rejected;
  }

  async execute(order: ArchiveOrder) {
    this.#check();
    const isRemoved = (key: string, event: StoredEvent): boolean =>
      order.kind === 'remove'
        ? order.positions.some(({ journal, seq }) => key === `${journal} ${seq}`)
        : event.app === order.app && matchesAll(event, order.range, order.filters);
    for (const [key, event] of [...this.events])
      if (isRemoved(key, event)) {
        this.events.delete(key);
        this.done.push(`-${event.event}`);
      }
  }

  async count() {
    return this.events.size;
  }

  /** How often it has given back a range of its events. */
  rangesRead = 0;

  async range({ journal, fromSeq, toSeq }: SeqsOf) {
    this.#check();
    this.rangesRead++;
    return [...this.events]
      .map(([key, event]) => ({ ...positionOf(key), event }))
      .filter((each) => each.journal === journal && each.seq >= fromSeq && each.seq < toSeq);
  }

  failsToRead = false;

  async *read(): AsyncGenerator<ArchiveBatch> {
    if (this.failsToRead) throw new ArchiveUnavailable('MongoDB does not respond.');
    const events = [...this.events].map(([key, event]) => ({ ...positionOf(key), event }));
    if (events.length > 0) yield { events, last: events.at(-1)! };
  }

  #check(): void {
    if (this.away || this.answersLeft-- <= 0) throw new ArchiveUnavailable('MongoDB does not respond.');
  }
}

function positionOf(key: string): { journal: string; seq: number } {
  const [journal = '', seq = ''] = key.split(' ');
  return { journal, seq: Number(seq) };
}
