import { Readable } from 'node:stream';
import { SeismoError } from '../../model/errors.ts';
import type { Store } from '../../store/store.ts';
import { SerialQueue } from '../../system/serial-queue.ts';
import type { AcceptContext } from '../accept/accept.ts';
import { RowWriter } from '../accept/row-writer.ts';
import type { Fingerprints } from '../ids/fingerprints.ts';
import type { ImportAnswer } from '../ingest.ts';
import type { Committer } from '../journal/committer.ts';
import { addLine, type EventBatch, newBatch } from '../post/batch.ts';
import { linesOf } from '../post/lines.ts';
import { ImportIds } from './import-ids.ts';

export interface ImportPiece {
  readonly app: string;
  /** Of the file and its mapping: which import this is. */
  readonly fingerprint: string;
  /** Rows of the file before this piece, and with it. */
  readonly rowsFrom: number;
  readonly rowsDone: number;
  /** Reads the rows; called when it is the piece's turn. */
  readonly accept: () => Promise<EventBatch>;
}

export interface ImportsOptions {
  readonly store: Pick<Store, 'knownUuids' | 'uuids'>;
  readonly fingerprints: Fingerprints;
  readonly committer: Committer;
  readonly now: () => number;
  /** How many rows of this import are journalled. */
  readonly rowsDone: (key: string) => number;
  /** Resolves when all that is pending of the app is in the store. @throws STORE_BEHIND */
  readonly caughtUp: (app: string) => Promise<void>;
  /** Resolves when the journal has room for what need not hurry. @throws STORE_BEHIND */
  readonly hasRoom: () => Promise<void>;
}

/** Beyond, an import waits: live events are loaded behind what it brought, some three seconds of it. */
export const BACKLOG_MAX_BYTES = 32 * 1024 * 1024;
/** So much is accepted before others get their turn. */
const SLICE_BYTES = 512 * 1024;
/** Ids of one app while it is imported into: 360 MB at most. */
const IDS_MAX = 20_000_000;
const NOTHING = Buffer.alloc(0);
/** An import that sent nothing for so long gives its memory back. */
const IDLE_MS = 60_000;

interface Turn {
  ids: ImportIds | undefined;
  /** Its ids may be others than the store's from now on: the next piece reads them anew. */
  isStale: boolean;
  /** Pieces for one app are taken one after another: each may hold a uuid of the one before. */
  readonly queue: SerialQueue;
  waiting: number;
  usedAt: number;
}

/** Of which file, into which app: an import that is run again continues only the same one. */
export const keyOfImport = (app: string, fingerprint: string): string => `${app} ${fingerprint}`;

/**
 * Pieces of imports. Each is journalled in one transaction with the row it reaches in its file, and only when it begins at
 * the row reached before: a piece sent twice, or by two runs at once, counts once. Ids stay out of the live window.
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

  /** How many rows are imported, those of a piece that is under way included. */
  async rowsDone(app: string, fingerprint: string): Promise<number> {
    await this.#turns.get(app)?.queue.settled();
    return this.#options.rowsDone(keyOfImport(app, fingerprint));
  }

  /** The file begins anew. */
  async forget(app: string, fingerprint: string): Promise<void> {
    const checkpoint = { key: keyOfImport(app, fingerprint), value: 0 };
    await this.#inTurn(app, async () => {
      await this.#options.committer.join({ app, bytes: NOTHING, starts: [0], kinds: [] }, checkpoint).done;
    });
  }

  /** Ids of the app that callers gave are on disk: high and low of each. */
  stored(app: string, fingerprints: readonly number[]): void {
    this.#turns.get(app)?.ids?.add(fingerprints);
  }

  /** Events of the app are erased: they may come again. */
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

  /** Gives back the memory of imports that send nothing any more. */
  forgetIdle(): void {
    const before = this.#options.now() - IDLE_MS;
    for (const [app, { waiting, usedAt }] of this.#turns) if (waiting === 0 && usedAt < before) this.#turns.delete(app);
  }

  async #take({ app, fingerprint, rowsFrom, rowsDone, accept }: ImportPiece, turn: Turn): Promise<ImportAnswer> {
    const { committer, hasRoom } = this.#options;
    const key = keyOfImport(app, fingerprint);
    const rows = this.#options.rowsDone(key);
    if (rows !== rowsFrom)
      throw new SeismoError(
        'IMPORT_OUT_OF_STEP',
        `The piece begins after row ${rowsFrom}, and ${rows} rows of this file are imported.`,
        { extra: { rows } },
      );
    await hasRoom();
    const batch = await accept();
    const { starts, writer, rejected } = batch;
    const count = starts.length + batch.rejectedTotal;
    if (count !== rowsDone - rowsFrom)
      throw new SeismoError('PARAMETER_INVALID', `The piece holds ${count} rows, not ${rowsDone - rowsFrom}.`, {
        field: 'rowsDone',
      });
    const ids = await this.#idsOf(app, turn, starts.length);
    const kindsOf = await ids.lookUp(batch);
    try {
      const joined = committer.join(
        { app, bytes: writer.bytes, starts: [...starts, writer.length], kinds: kindsOf() },
        { key, value: rowsDone },
      );
      await joined.done;
      return { accepted: joined.accepted, duplicates: joined.duplicates.length, rejected };
    } catch (error) {
      // Ids of a piece that failed are among those known.
      turn.isStale = true;
      throw error;
    }
  }

  async #idsOf(app: string, turn: Turn, rows: number): Promise<ImportIds> {
    if (turn.ids !== undefined && !turn.isStale && !turn.ids.isFull(rows)) return turn.ids;
    const { store, fingerprints, committer, caughtUp, now } = this.#options;
    // From here on it hears of ids that come to be on disk; what is on disk already must be in the store, where it is looked up.
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
  contextOf: () => AcceptContext,
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
