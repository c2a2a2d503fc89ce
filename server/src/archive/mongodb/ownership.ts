import { randomUUID } from 'node:crypto';
import type { Db, UUID } from 'mongodb';
import { type ArchiveDirectory, ArchiveMisconfigured, ArchiveUnavailable } from '../archive.ts';
import { codeOf } from './failures.ts';

/** Beside `events`. */
export const OWNER_COLLECTION = 'seismo';
const OWNER = 'owner';
/** How often an owner says that its server is connected; nothing is written on an older confirmation. */
const BEAT_MS = 15_000;
/** Without a sign for so long, an owner's server counts as gone. Longer than a beat, and an insert that runs on in MongoDB. */
const GONE_AFTER_MS = 60_000;
const ATTEMPTS_MAX = 3;
const ABSENT = { $exists: false };
const DUPLICATE_KEY = 11_000;
/** On the disks of most servers: after an election, the database must not have two owners. */
const DURABLE = { writeConcern: { w: 'majority', j: true }, maxTimeMS: 10_000 } as const;

/** Whose database it is. `directory` is absent in a document that something else wrote. */
interface OwnerDocument {
  readonly _id: string;
  readonly directory?: UUID;
  /** The server that opened it last. */
  readonly run?: string;
  readonly host?: string;
  readonly path?: string;
  /** By MongoDB's clock. Absent: the server was stopped. */
  readonly seenAt?: Date;
}

export interface OwnedDatabase {
  readonly db: Db;
  readonly directory: UUID;
}

/**
 * The mark in the database that says which data directory writes to it. Two directories that share one would erase each other's events, and
 * each engine would be filled with both.
 */
export class Ownership {
  readonly #own: ArchiveDirectory;
  #mayTakeOver = false;
  readonly #run = randomUUID();
  /** This server has opened it: from now on, another run is that of a copy of the directory. */
  #hasOpened = false;
  /** Monotonic, ms, from before the confirmation was asked for. */
  #confirmedAt: number | undefined;
  #confirming: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #beatMs: number;

  constructor(own: ArchiveDirectory, beatMs = BEAT_MS) {
    this.#own = own;
    this.#beatMs = beatMs;
  }

  /** From now on, until the database is owned: whether it may be taken from a directory whose server is gone. */
  set mayTakeOver(value: boolean) {
    this.#mayTakeOver = value;
  }

  /** Before anything is written. Calls at the same time share one request. @throws ArchiveMisconfigured if it belongs to another directory */
  async confirm(database: OwnedDatabase): Promise<void> {
    if (this.#confirmedAt !== undefined && performance.now() - this.#confirmedAt < this.#beatMs) return;
    await this.#renew(database);
  }

  /** The server stops: another that replaces it does not have to wait. */
  async release({ db, directory }: OwnedDatabase): Promise<void> {
    clearInterval(this.#timer);
    if (this.#confirmedAt === undefined) return;
    await this.#confirming?.catch(() => {});
    this.#confirmedAt = undefined;
    await ownersOf(db).updateOne(
      { _id: OWNER, directory, run: this.#run },
      { $unset: { seenAt: true } },
      { maxTimeMS: 1_000 },
    );
  }

  #renew(database: OwnedDatabase): Promise<void> {
    this.#confirming ??= this.#claim(database).finally(() => {
      this.#confirming = undefined;
    });
    return this.#confirming;
  }

  async #claim(database: OwnedDatabase): Promise<void> {
    const { db, directory } = database;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const askedAt = performance.now();
      if (await this.#mark(database)) {
        this.#confirmedAt = askedAt;
        this.#mayTakeOver = false;
        this.#hasOpened = true;
        this.#timer ??= setInterval(() => void this.#renew(database).catch(ignored), this.#beatMs).unref();
        return;
      }
      this.#confirmedAt = undefined;
      const other = await ownersOf(db).findOne({ _id: OWNER });
      if (other === null) continue;
      const isConnected = other.seenAt !== undefined && (await timeOf(db)) - other.seenAt.getTime() < GONE_AFTER_MS;
      if (other.directory?.equals(directory)) {
        if (this.#hasOpened && isConnected) throw copyRefusal(db.databaseName, other);
        this.#hasOpened = false;
        continue;
      }
      if (isConnected || !this.#mayTakeOver) throw refusal(db.databaseName, other, isConnected);
      // Another directory may do the same at this moment: one of the two finds what it has read.
      await ownersOf(db).deleteOne(
        { _id: OWNER, directory: other.directory ?? ABSENT, seenAt: other.seenAt ?? ABSENT },
        DURABLE,
      );
    }
    throw new ArchiveUnavailable('Several servers claim the MongoDB database at this moment.');
  }

  /** @returns false if it is another's */
  async #mark({ db, directory }: OwnedDatabase): Promise<boolean> {
    const { host, path } = this.#own;
    const run = this.#run;
    try {
      await ownersOf(db).updateOne(
        // The server that starts last is the one that people want; one that was killed must be able to start again at once.
        { _id: OWNER, directory, ...(this.#hasOpened && { run }) },
        { $set: { host, path, ...(!this.#hasOpened && { run }) }, $currentDate: { seenAt: true } },
        { ...DURABLE, upsert: true },
      );
      return true;
    } catch (error) {
      if (codeOf(error) === DUPLICATE_KEY) return false;
      throw error;
    }
  }
}

/** The next write asks again, and reports it. */
const ignored = (): void => {};

const ownersOf = (db: Db) => db.collection<OwnerDocument>(OWNER_COLLECTION);

/** MongoDB's clock, UTC ms. */
async function timeOf(db: Db): Promise<number> {
  const { localTime } = await db.command({ hello: 1 });
  return localTime instanceof Date ? localTime.getTime() : Date.now();
}

const copyRefusal = (database: string, { host, path }: OwnerDocument): ArchiveMisconfigured =>
  new ArchiveMisconfigured(
    `A server with a copy of this data directory has opened the MongoDB database \`${database}\`: ${path} on ${host}. Stop that server, or give it a database of its own. Events of this server wait in the journal until then.`,
  );

function refusal(database: string, { host, path, seenAt }: OwnerDocument, isConnected: boolean): ArchiveMisconfigured {
  const owner = path === undefined ? '' : `: ${path} on ${host}`;
  const seen =
    seenAt === undefined
      ? 'Its server is stopped.'
      : isConnected
        ? 'Its server is connected.'
        : `Its server was last connected at ${seenAt.toISOString()}.`;
  const remedy = isConnected
    ? 'If this server replaces that one, stop that one first; after a crash, wait a minute.'
    : 'If that directory is gone, start with an empty data directory: it takes the database over and fills its engine from it.';
  return new ArchiveMisconfigured(
    `The MongoDB database \`${database}\` belongs to another data directory${owner}. ${seen} Give each data directory a database of its own, such as \`mongodb://host/seismo2\`. ${remedy}`,
  );
}
