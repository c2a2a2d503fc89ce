import { Readable } from 'node:stream';
import { SeismoError } from '../../model/errors.ts';
import type { Store } from '../../store/store.ts';
import { SerialQueue } from '../../system/serial-queue.ts';
import { RowWriter } from '../accept/row-writer.ts';
import type { ValidationContext } from '../accept/validate-event.ts';
import type { Fingerprints } from '../deduplication/fingerprints.ts';
import type { ImportAnswer, ImportProgress } from '../ingest.ts';
import type { Committer } from '../journal/committer.ts';
import { addLine, type EventBatch, newBatch } from '../post/batch.ts';
import { linesOf } from '../post/lines.ts';
import { ImportIds } from './import-ids.ts';

export interface ImportPiece {
  readonly app: string;
  /** Identifies the import: a hash of the file and its mapping. */
  readonly fingerprint: string;
  /** Rows of the file before this request, and including it. */
  readonly rowsFrom: number;
  readonly rowsDone: number;
  /** Reads the rows. Called when it is the request's turn. */
  readonly accept: () => Promise<EventBatch>;
}

export interface ImportsOptions {
  readonly store: Pick<Store, 'knownUuids' | 'uuids'>;
  readonly fingerprints: Fingerprints;
  readonly committer: Committer;
  readonly now: () => number;
  /** What was journalled last with the key of an import. */
  readonly kept: (key: string) => unknown;
  /** Resolves when everything pending of the app is in the store. @throws STORE_BEHIND */
  readonly caughtUp: (app: string) => Promise<void>;
  /** Resolves when the journal has space for work that can wait. @throws STORE_BEHIND */
  readonly hasRoom: () => Promise<void>;
}

/** Above this, an import waits: live events are loaded after what it brought, which takes about three seconds. */
export const BACKLOG_MAX_BYTES = 32 * 1024 * 1024;
/** How much is accepted before others get their turn. */
const SLICE_BYTES = 512 * 1024;
/** Ids of one app during an import: at most 360 MB. */
const IDS_MAX = 20_000_000;
const NOTHING = Buffer.alloc(0);
/** An import that sends nothing for this long gives its memory back. */
const IDLE_MS = 60_000;

interface Turn {
  ids: ImportIds | undefined;
  /** Its ids may differ from the store's from now on: the next request reads them again. */
  isStale: boolean;
  /** Requests for one app run one after another: each may contain a uuid from the one before. */
  readonly queue: SerialQueue;
  waiting: number;
  usedAt: number;
}

/** Identifies the file and the app: running an import again only continues the same one. */
export const keyOfImport = (app: string, fingerprint: string): string => `${app} ${fingerprint}`;

/** In the journal: the number of rows, and with it the number of rejected ones if there are any. */
const keptOf = (progress: ImportProgress): unknown => (progress.rejected === 0 ? progress.rows : progress);

function progressOf(kept: unknown): ImportProgress {
  if (typeof kept === 'number') return { rows: kept, rejected: 0 };
  return typeof kept === 'object' && kept !== null ? (kept as ImportProgress) : { rows: 0, rejected: 0 };
}

/**
 * Imports, request by request. Each is journalled in one transaction with the row it reaches in its file, and only if it begins at
 * the row reached before: a request that is sent twice, or by two runs at once, counts once. Its ids stay out of the live window.
 */
export class Imports {
  readonly #options: ImportsOptions;
  readonly #turns = new Map<string, Turn>();

  constructor(options: ImportsOptions) {
    this.#options = options;
  }

  /** @throws IMPORT_OUT_OF_STEP with `rows` in `extra`, and what journalling throws */
  async add(piece: ImportPiece): Promise<ImportAnswer> {
    return await this.#inTurn(piece.app, (turn) => this.#take(piece, turn));
  }

  /** Including the rows of a request in progress. */
  async progress(app: string, fingerprint: string): Promise<ImportProgress> {
    await this.#turns.get(app)?.queue.settled();
    return progressOf(this.#options.kept(keyOfImport(app, fingerprint)));
  }

  /** The file starts again from the beginning. */
  async forget(app: string, fingerprint: string): Promise<void> {
    const checkpoint = { key: keyOfImport(app, fingerprint), value: 0 };
    await this.#inTurn(app, async () => {
      await this.#options.committer.join({ app, bytes: NOTHING, starts: [0], kinds: [] }, checkpoint).done;
    });
  }

  /** Ids of the app from callers are on disk: high and low of each. */
  stored(app: string, fingerprints: readonly number[]): void {
    this.#turns.get(app)?.ids?.add(fingerprints);
  }

  /** Events of the app are erased and may come again. */
  erased(app: string): void {
    const turn = this.#turns.get(app);
    if (turn) turn.isStale = true;
  }

  async #inTurn<T>(app: string, work: (turn: Turn) => Promise<T>): Promise<T> {
    const turn = this.#turnOf(app);
    turn.waiting++;
    try {
      return await turn.queue.run(() => work(turn));
    } finally {
      turn.waiting--;
      turn.usedAt = this.#options.now();
    }
  }

  /** Returns the memory of imports that have stopped sending. */
  forgetIdle(): void {
    const before = this.#options.now() - IDLE_MS;
    for (const [app, { waiting, usedAt }] of this.#turns) if (waiting === 0 && usedAt < before) this.#turns.delete(app);
  }

  async #take({ app, fingerprint, rowsFrom, rowsDone, accept }: ImportPiece, turn: Turn): Promise<ImportAnswer> {
    const { committer, hasRoom, kept } = this.#options;
    const key = keyOfImport(app, fingerprint);
    const { rows, rejected: rejectedBefore } = progressOf(kept(key));
    if (rows !== rowsFrom)
      throw new SeismoError(
        'IMPORT_OUT_OF_STEP',
        `The request starts after row ${rowsFrom}, but ${rows} rows of this file are already imported.`,
        { extra: { rows } },
      );
    await hasRoom();
    const batch = await accept();
    const { starts, writer, rejected } = batch;
    const count = starts.length + batch.rejectedTotal;
    if (count !== rowsDone - rowsFrom)
      throw new SeismoError(
        'PARAMETER_INVALID',
        `The body has ${count} rows, but \`rowsFrom\` and \`rowsDone\` say ${rowsDone - rowsFrom}.`,
        {
          field: 'rowsDone',
        },
      );
    const ids = await this.#idsOf(app, turn, starts.length);
    const kindsOf = await ids.lookUp(batch);
    try {
      const joined = committer.join(
        { app, bytes: writer.bytes, starts: [...starts, writer.length], kinds: kindsOf() },
        { key, value: keptOf({ rows: rowsDone, rejected: rejectedBefore + batch.rejectedTotal }) },
      );
      await joined.done;
      return { accepted: joined.accepted, duplicates: joined.duplicates.length, rejected };
    } catch (error) {
      // The ids of a failed request are among those known.
      turn.isStale = true;
      throw error;
    }
  }

  async #idsOf(app: string, turn: Turn, rows: number): Promise<ImportIds> {
    if (turn.ids !== undefined && !turn.isStale && !turn.ids.isFull(rows)) return turn.ids;
    const { store, fingerprints, committer, caughtUp, now } = this.#options;
    // From here on, it is notified of ids that reach the disk. What is already on disk must be in the store, where it is looked up.
    turn.ids = new ImportIds({ app, store, fingerprints, max: IDS_MAX, startedAt: now() });
    turn.isStale = true;
    await committer.settled();
    await caughtUp(app);
    turn.isStale = false;
    return turn.ids;
  }

  #turnOf(app: string): Turn {
    let turn = this.#turns.get(app);
    if (turn === undefined) {
      turn = { ids: undefined, isStale: false, queue: new SerialQueue(), waiting: 0, usedAt: this.#options.now() };
      this.#turns.set(app, turn);
    }
    return turn;
  }
}

/** The events of lines, some at a time. */
export async function acceptLines(
  bytes: Buffer,
  lineMaxBytes: number,
  contextOf: () => ValidationContext,
): Promise<EventBatch> {
  const batch = newBatch(false, new RowWriter(bytes.length));
  let index = 0;
  for await (const lines of linesOf(Readable.from([bytes]), lineMaxBytes, SLICE_BYTES)) {
    if (index > 0) await new Promise((resolve) => setImmediate(resolve));
    const context = contextOf();
    for (const line of lines) addLine(batch, line, index++, context);
  }
  return batch;
}
