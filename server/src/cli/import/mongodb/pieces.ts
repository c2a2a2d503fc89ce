import { createHash } from 'node:crypto';
import type { EventDocument } from './event-document.ts';

/** Documents of one app that are sent together. */
export interface DocumentPiece {
  readonly app: string;
  readonly documents: readonly EventDocument[];
  /** Of the ids and how they are read: a piece with the same ids was sent before, or was not. */
  readonly fingerprint: string;
}

export const PIECE_DOCUMENTS = 5_000;
/** Of BSON. */
const PIECE_BYTES = 8 * 1024 * 1024;
/** Of all apps together. */
const HELD_BYTES = 32 * 1024 * 1024;

interface Held {
  documents: EventDocument[];
  ids: string[];
  bytes: number;
}

/**
 * Gathers documents in the order of their ids by app. Where pieces end depends on nothing but the documents, so an import that runs
 * again makes the same pieces, up to where documents came or went. What comes after that is sent again, and its ids are known.
 */
export class Pieces {
  readonly #how: string;
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  /** @param how how documents are read: read differently, they are another import */
  constructor(how: string) {
    this.#how = how;
  }

  /** @returns the piece that is full now, if one is */
  add(app: string, id: string, document: EventDocument, bytes: number): DocumentPiece | undefined {
    const held = this.#held.get(app) ?? { documents: [], ids: [], bytes: 0 };
    this.#held.set(app, held);
    held.documents.push(document);
    held.ids.push(id);
    held.bytes += bytes;
    this.#bytes += bytes;
    if (held.documents.length >= PIECE_DOCUMENTS || held.bytes >= PIECE_BYTES) return this.#take(app);
    if (this.#bytes < HELD_BYTES) return undefined;
    const [largest] = [...this.#held].toSorted(([, a], [, b]) => b.bytes - a.bytes);
    return this.#take(largest![0]);
  }

  /** What is left at the end. */
  *rest(): Generator<DocumentPiece> {
    for (const app of [...this.#held.keys()]) yield this.#take(app);
  }

  #take(app: string): DocumentPiece {
    const { documents, ids, bytes } = this.#held.get(app)!;
    this.#held.delete(app);
    this.#bytes -= bytes;
    const hash = createHash('sha256').update(this.#how);
    // Lengths first, so that no two lists of ids give the same text.
    for (const id of ids) hash.update(`\0${id.length} ${id}`);
    return { app, documents, fingerprint: hash.digest('hex').slice(0, 32) };
  }
}
