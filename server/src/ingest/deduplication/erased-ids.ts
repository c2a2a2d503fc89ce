import { randomUUID } from 'node:crypto';
import { DAY_MS } from '../../model/duration.ts';
import type { Range } from '../../model/query.ts';
import { ROW_OFFSET, uuidToText } from '../../row/row.ts';
import type { Store } from '../../store/store.ts';
import { SerialQueue } from '../../system/serial-queue.ts';
import { RowWriter } from '../accept/row-writer.ts';
import type { Committer } from '../journal/committer.ts';
import type { Journal } from '../journal/journal.ts';
import type { EventBatch } from '../post/batch.ts';
import type { Fingerprints } from './fingerprints.ts';
import type { IdWindow } from './id-window.ts';

export interface ErasedIdsOptions {
  readonly journal: Journal;
  readonly ids: IdWindow;
  readonly fingerprints: Fingerprints;
  readonly committer: Committer;
  readonly store: Pick<Store, 'knownUuids' | 'isErasing'>;
  readonly now: () => number;
  /** Resolves when everything pending of the app is in the store. @throws STORE_BEHIND */
  readonly caughtUp: (app: string) => Promise<void>;
}

/** An erasure whose ids are noted. */
export interface Erasing {
  /** The events are hidden: their ids are no longer known. @throws JOURNAL_UNAVAILABLE; then they are forgotten later */
  done(): Promise<void>;
  /** It failed, but may continue in the store: what it hides is forgotten later. */
  failed(): void;
}

const UUID_BYTES = 16;
/** Uuids in one value of the journal, and ids in one transaction. */
const AT_ONCE = 10_000;
/** Beyond this, asking the store for each takes longer than the erasure. */
const ASKED_MAX = 100_000;
const ALL_TIME: Range = { from: 0, to: Date.UTC(2100, 0, 1) };
/** A time in which a machine's clock may have been wrong. */
export const CLOCK_MARGIN_MS = DAY_MS;
const NOTHING = Buffer.alloc(0);

/** No app has this name. */
const erasedKey = (app: string): string => `:erased ${app}`;

/**
 * Manages the ids of erased events: either they are forgotten, so that the events can be sent again, or they are kept out for a window.
 *
 * An id is only forgotten after its event is hidden: before that, a repeat of the event would count twice. The journal first notes which ids
 * those will be, so that a server that stops in between forgets them when it starts again: of the noted ids, all that the
 * store no longer has.
 */
export class ErasedIds {
  readonly #options: ErasedIdsOptions;
  /** Erasures of this run that are in progress. */
  readonly #running = new Set<string>();
  readonly #lookups = new SerialQueue();
  #resuming: Promise<unknown> = Promise.resolve();

  constructor(options: ErasedIdsOptions) {
    this.#options = options;
  }

  /** Notes those of the uuids that are known, 16 bytes each as in rows. */
  async note(app: string, uuids: AsyncIterable<Buffer>): Promise<Erasing> {
    const { journal } = this.#options;
    const erasure = `${app} ${randomUUID()}`;
    this.#running.add(erasure);
    try {
      const keys: string[] = [];
      let known: Buffer[] = [];
      const write = async (): Promise<void> => {
        const key = `${erasure} ${keys.length}`;
        await journal.fingerprints.noteErasing(key, Buffer.concat(known));
        keys.push(key);
        known = [];
      };
      for await (const uuid of each(uuids)) {
        if (this.#find(app, uuid) !== 'stored') continue;
        known.push(Buffer.from(uuid));
        if (known.length === AT_ONCE) await write();
      }
      // Even if it is empty, so that after a crash it is known that something was erased.
      if (known.length > 0 || keys.length === 0) await write();
      return {
        done: async () => await this.#finish(app, erasure, false),
        failed: () => void this.#running.delete(erasure),
      };
    } catch (error) {
      this.#running.delete(erasure);
      throw error;
    }
  }

  /** From now on, these are known for a window, so that erased events can't be sent again. */
  async keepOut(app: string, uuids: AsyncIterable<Buffer>): Promise<void> {
    let keeps: number[] = [];
    const write = async (): Promise<void> => {
      await this.#join(app, { keeps });
      keeps = [];
    };
    for await (const uuid of each(uuids)) {
      this.#options.fingerprints.of(app, uuid, 0);
      keeps.push(this.#options.fingerprints.high, this.#options.fingerprints.low);
      if (keeps.length === AT_ONCE * 2) await write();
    }
    if (keeps.length > 0) await write();
  }

  /** These are already hidden, or were never in the store. */
  async forget(app: string, uuids: readonly Buffer[]): Promise<void> {
    await this.#join(app, { forgets: this.#fingerprintsOf(app, uuids) });
  }

  /** Forgets what an interrupted or failed erasure left. One at a time, because each may forget an id once. */
  async resume(): Promise<void> {
    const look = this.#resuming.then(() => this.#resume());
    this.#resuming = look.catch(() => {});
    await look;
  }

  async #resume(): Promise<void> {
    const { journal, store, caughtUp } = this.#options;
    const left = new Set(journal.fingerprints.erasing().map(({ key }) => key.slice(0, key.lastIndexOf(' '))));
    for (const erasure of left) {
      if (this.#running.has(erasure)) continue;
      // Events that are not hidden yet would seem to stay.
      if (await store.isErasing()) return;
      const [app = ''] = erasure.split(' ');
      await caughtUp(app);
      await this.#finish(app, erasure, true);
    }
  }

  /**
   * Uuids made by the server count as stored without a look-up. If something was erased since then, only the store knows: those it no
   * longer has are treated like uuids from the caller.
   * @returns undefined if there is nothing to look up; otherwise a copy of the batch, because its writer may be shared
   */
  checkOwn(app: string, batch: EventBatch): Promise<EventBatch> | undefined {
    if (!batch.kinds.includes('own')) return undefined;
    const erasedAt = this.#options.journal.checkpoint(erasedKey(app));
    return typeof erasedAt === 'number' ? this.#checkOwn(app, batch, erasedAt) : undefined;
  }

  async #checkOwn(app: string, batch: EventBatch, erasedAt: number): Promise<EventBatch> {
    const { store, caughtUp } = this.#options;
    const writer = new RowWriter(batch.writer.length);
    batch.writer.bytes.copy(writer.bytes, 0, 0, batch.writer.length);
    writer.length = batch.writer.length;
    const copy = { ...batch, writer, starts: [...batch.starts], kinds: [...batch.kinds] };
    const asked = copy.kinds.flatMap((kind, i) => {
      const at = copy.starts[i]! + ROW_OFFSET.uuid;
      return kind === 'own' && madeAt(writer.bytes, at) <= erasedAt + CLOCK_MARGIN_MS
        ? [{ i, uuid: uuidToText(writer.bytes, at) }]
        : [];
    });
    if (asked.length === 0) return copy;
    // One at a time: callers who keep sending such ids only wait for themselves.
    const stored = await this.#lookups.run(async () => {
      await caughtUp(app);
      return await store.knownUuids(
        app,
        ALL_TIME,
        asked.map(({ uuid }) => uuid),
      );
    });
    for (const { i, uuid } of asked) if (!stored.has(uuid)) copy.kinds[i] = 'given';
    return copy;
  }

  /** @param isCutShort it is unknown whether all of it is hidden */
  async #finish(app: string, erasure: string, isCutShort: boolean): Promise<void> {
    const noted = this.#options.journal.fingerprints.erasing().filter(({ key }) => key.startsWith(`${erasure} `));
    let uuids = noted.flatMap(({ value }) => [...pieces(value)]);
    if (isCutShort || uuids.length <= ASKED_MAX) uuids = await this.#notStored(app, uuids);
    await this.#join(app, { forgets: this.#fingerprintsOf(app, uuids), erased: noted.map(({ key }) => key) });
    this.#running.delete(erasure);
  }

  /** What the store still has stays known: an import may have stored it twice. */
  async #notStored(app: string, uuids: readonly Buffer[]): Promise<Buffer[]> {
    if (uuids.length === 0) return [];
    const stored = await this.#options.store.knownUuids(
      app,
      ALL_TIME,
      uuids.map((uuid) => uuidToText(uuid, 0)),
    );
    return uuids.filter((uuid) => !stored.has(uuidToText(uuid, 0)));
  }

  #fingerprintsOf(app: string, uuids: readonly Buffer[]): number[] {
    const { fingerprints } = this.#options;
    return uuids.flatMap((uuid) => {
      fingerprints.of(app, uuid, 0);
      return [fingerprints.high, fingerprints.low];
    });
  }

  async #join(
    app: string,
    what: { forgets?: readonly number[]; keeps?: readonly number[]; erased?: readonly string[] },
  ): Promise<void> {
    const { committer, now } = this.#options;
    const checkpoint = { key: erasedKey(app), value: now(), ...what };
    await committer.join({ app, bytes: NOTHING, starts: [0], kinds: [] }, checkpoint).done;
  }

  #find(app: string, uuid: Buffer): ReturnType<IdWindow['find']> {
    const { fingerprints, ids } = this.#options;
    fingerprints.of(app, uuid, 0);
    return ids.find(fingerprints.high, fingerprints.low);
  }
}

/** When the server made one of its own uuids, UTC ms. As in import-ids.ts, its first six bytes are the last six of the row's first half. */
const madeAt = (bytes: Buffer, at: number): number => bytes.readUIntLE(at + 2, 6);

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + UUID_BYTES <= bytes.length; at += UUID_BYTES) yield bytes.subarray(at, at + UUID_BYTES);
}

/** The uuids of a stream that can be cut anywhere. */
async function* each(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let open = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = open.length === 0 ? chunk : Buffer.concat([open, chunk]);
    yield* pieces(bytes);
    open = Buffer.from(bytes.subarray(bytes.length - (bytes.length % UUID_BYTES)));
  }
}
