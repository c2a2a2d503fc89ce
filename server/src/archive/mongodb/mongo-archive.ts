import { setTimeout as pause } from 'node:timers/promises';
import type { Collection, Db, MongoClient } from 'mongodb';
import { matchesAll } from '../../model/filter-match.ts';
import type { Filter } from '../../model/query.ts';
import { databaseOf } from '../../mongo/connection-string.ts';
import { decodeRow } from '../../row/row.ts';
import { settledWithin } from '../../system/timeout.ts';
import {
  type Archive,
  type ArchiveBatch,
  type ArchiveDirectory,
  ArchiveMisconfigured,
  type ArchiveOrder,
  type ArchivePosition,
  type ArchiveRejection,
  type ArchiveRow,
} from '../archive.ts';
import { documentOf, type EventDocument, eventOf, positionOf, type UuidType } from './document.ts';
import { narrowed } from './erased-documents.ts';
import {
  archiveFailure,
  codeOf,
  isDocumentFault,
  type WriteFault,
  withoutCredentials,
  writeFaults,
} from './failures.ts';
import { Ownership } from './ownership.ts';

export interface MongoArchiveOptions {
  /** `mongodb://…` or `mongodb+srv://…`. Without a database: `seismo`. */
  readonly url: string;
  readonly directory: ArchiveDirectory;
  /** How long an insert may run in the server. Default: 10 s. */
  readonly insertMaxMs?: number;
  /** How often it makes sure that the database is still its own. Default: 15 s. */
  readonly beatMs?: number;
}

const COLLECTION = 'events';
const INSERT_MAX_MS = 10_000;
/** Of a network that has gone silent. Longer than an insert may take. */
const SOCKET_MAX_MS = 60_000;
const SELECTION_MAX_MS = 5_000;
/** Of the ten seconds that stopping can take. */
const RELEASE_MAX_MS = 1_000;
/** Documents read, and removed, at a time. */
const READ_AT_ONCE = 500;
/** Documents for the engine at a time: it makes a part of each insert. */
const RESTORED_AT_ONCE = 5_000;
/** On the disks of most servers, whatever the connection string says. */
const DURABLE = { w: 'majority', j: true } as const;
const INDEXES = [
  { key: { app: 1, timestamp: 1 } },
  { key: { app: 1, id: 1, timestamp: 1 } },
  { key: { app: 1, user: 1, timestamp: 1 } },
] as const;

interface Opened {
  readonly client: MongoClient;
  readonly db: Db;
  readonly events: Collection<EventDocument>;
  readonly Uuid: UuidType;
}

/** The archive in MongoDB. The driver is loaded when it is opened. */
export function createMongoArchive(options: MongoArchiveOptions): Archive {
  const { url, directory, insertMaxMs = INSERT_MAX_MS, beatMs } = options;
  const database = databaseOf(url);
  const ownership = new Ownership(directory, beatMs);
  let opening: Promise<Opened> | undefined;
  let isClosed = false;
  /** An insert that was not answered may still run in the server until then. Monotonic, ms. */
  let settledAt = performance.now() + insertMaxMs;

  async function within<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    try {
      return await work(await open());
    } catch (error) {
      throw archiveFailure(error, database);
    }
  }

  const owned = ({ db, Uuid }: Opened) => ({ db, directory: new Uuid(directory.id) });

  /** Like `within`, for what changes the database. */
  const withinOwn = <T>(work: (opened: Opened) => Promise<T>): Promise<T> =>
    within(async (opened) => {
      await ownership.confirm(owned(opened));
      return await work(opened);
    });

  /** Calls at the same time share one connection. */
  function open(): Promise<Opened> {
    if (isClosed) throw new Error('The connection to MongoDB is closed.');
    opening ??= connect(url, database).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function insertOnce({ events }: Opened, documents: EventDocument[]): Promise<readonly WriteFault[]> {
    try {
      await events.insertMany(documents, { ordered: false, writeConcern: DURABLE, maxTimeMS: insertMaxMs });
      return [];
    } catch (error) {
      const faults = writeFaults(error);
      if (faults === undefined || faults.some((fault) => !fault.isPresent && !isDocumentFault(fault))) {
        settledAt = performance.now() + insertMaxMs;
        throw error;
      }
      return faults.filter((fault) => !fault.isPresent);
    }
  }

  /** As text, `data` is no longer subject to what the server says about keys, nesting and types. */
  async function insertAsText(opened: Opened, row: ArchiveRow): Promise<ArchiveRejection | undefined> {
    const document = documentOf(row, decodeRow(row.bytes, row.start), opened.Uuid, true);
    const [fault] = await insertOnce(opened, [document]);
    return fault && { journal: row.journal, seq: row.seq, reason: `code ${fault.code}: ${fault.message}` };
  }

  return {
    open: async () => await within(async () => {}),

    async close() {
      isClosed = true;
      const opened = await opening?.catch(() => undefined);
      if (opened === undefined) return;
      await settledWithin(RELEASE_MAX_MS, ownership.release(owned(opened)));
      await opened.client.close();
    },

    async own(mayTakeOver) {
      ownership.mayTakeOver = mayTakeOver;
      await withinOwn(async () => {});
    },

    insert: (rows) =>
      withinOwn(async (opened) => {
        const rejected: ArchiveRejection[] = [];
        const fitting = rows.filter((row) => {
          const isTooLarge = sizeOf(row) > ROW_MAX_BYTES;
          if (isTooLarge)
            rejected.push({ ...positionFor(row), reason: 'It is larger than a document of MongoDB can be.' });
          return !isTooLarge;
        });
        if (fitting.length === 0) return rejected;
        const documents = fitting.map((row) => documentOf(row, decodeRow(row.bytes, row.start), opened.Uuid, false));
        for (const { index } of await insertOnce(opened, documents)) {
          const rejection = await insertAsText(opened, fitting[index]!);
          if (rejection) rejected.push(rejection);
        }
        return rejected;
      }),

    execute: (order, signal) =>
      withinOwn(async (opened) => {
        // Otherwise what is removed could come back.
        const waitMs = settledAt - performance.now();
        if (waitMs > 0) await pause(waitMs, undefined, { signal });
        if (order.kind === 'remove') await remove(opened, idsOf(order.positions, opened.Uuid));
        else await eraseMatching(opened, order, signal);
      }),

    count: () => within(({ events }) => events.estimatedDocumentCount()),

    range: ({ journal, fromSeq, toSeq }, signal) =>
      within(async ({ events, Uuid }) => {
        const j = new Uuid(journal);
        const documents = await events
          .find({ _id: { $gte: { j, s: fromSeq }, $lt: { j, s: toSeq } } }, { batchSize: READ_AT_ONCE })
          .toArray();
        signal.throwIfAborted();
        return documents.flatMap((document) => eventOf(document) ?? []);
      }),

    read: (after, signal) => readFrom(after, signal, within),
  };
}

/** A row is about as large as its document. 16 MB less what is around it. */
const ROW_MAX_BYTES = 15 * 1024 * 1024;
const sizeOf = ({ start, end }: ArchiveRow): number => end - start;
const positionFor = ({ journal, seq }: ArchivePosition): ArchivePosition => ({ journal, seq });

async function connect(url: string, database: string): Promise<Opened> {
  const { MongoClient, UUID } = await import('mongodb');
  let client: MongoClient;
  try {
    client = new MongoClient(url, {
      appName: 'seismo',
      // The journal is what repeats.
      retryWrites: false,
      readPreference: 'primary',
      socketTimeoutMS: SOCKET_MAX_MS,
      ...(!/[?&]serverSelectionTimeoutMS=/i.test(url) && { serverSelectionTimeoutMS: SELECTION_MAX_MS }),
    });
  } catch (error) {
    const text = withoutCredentials(error instanceof Error ? error.message : String(error));
    throw new ArchiveMisconfigured(
      `The MongoDB connection string is invalid: ${text}. It should be such as \`mongodb://user:password@host:27017/seismo\`.`,
    );
  }
  try {
    await client.connect();
    const db = client.db(database);
    const events = db.collection<EventDocument>(COLLECTION);
    await checkOwn(events, database);
    await createIndexes(events);
    return { client, db, events, Uuid: UUID };
  } catch (error) {
    await client.close().catch(() => {});
    throw error;
  }
}

/** @throws ArchiveMisconfigured if it holds other documents, such as those of the first Seismo */
async function checkOwn(events: Collection<EventDocument>, database: string): Promise<void> {
  const first: object | null = await events.findOne({});
  if (first === null || ('_id' in first && positionOf(first._id) !== undefined)) return;
  const hint =
    'timestampt' in first
      ? 'They are events of the first Seismo: `seismo import mongodb://…` reads them. For new events, name another database'
      : 'Name another database';
  throw new ArchiveMisconfigured(
    `The collection \`${COLLECTION}\` of the MongoDB database \`${database}\` holds documents that this Seismo did not write. ${hint}, such as \`mongodb://host/seismo2\`.`,
  );
}

/** There is no collection yet. */
const NAMESPACE_NOT_FOUND = 26;

/** Those that are missing: a user with fewer rights is enough later, and an index of the same fields under another name is fine. */
async function createIndexes(events: Collection<EventDocument>): Promise<void> {
  const known = await events.indexes().catch((error: unknown) => {
    if (codeOf(error) === NAMESPACE_NOT_FOUND) return [];
    throw error;
  });
  const present = new Set(known.map(({ key }) => JSON.stringify(key)));
  const missing = INDEXES.filter(({ key }) => !present.has(JSON.stringify(key)));
  if (missing.length > 0) await events.createIndexes(missing);
}

const idsOf = (positions: readonly ArchivePosition[], Uuid: UuidType): EventDocument['_id'][] =>
  positions.map(({ journal, seq }) => ({ j: new Uuid(journal), s: seq }));

/** By `_id`, so that a removal that runs on in the server after its time never meets an event that came later. */
async function remove({ events }: Opened, ids: readonly EventDocument['_id'][]): Promise<void> {
  for (let at = 0; at < ids.length; at += READ_AT_ONCE)
    await events.deleteMany({ _id: { $in: ids.slice(at, at + READ_AT_ONCE) } }, { writeConcern: DURABLE });
}

/** Reads what may match by app, time and user; the filters decide as they do for rejected rows. */
async function eraseMatching(
  opened: Opened,
  { app, range, filters }: Extract<ArchiveOrder, { kind: 'erase' }>,
  signal: AbortSignal,
): Promise<void> {
  const { events, Uuid } = opened;
  const cursor = events.find(
    {
      app,
      timestamp: { $gte: new Date(range.from), $lt: new Date(range.to) },
      ...narrowed(filters),
    },
    { batchSize: READ_AT_ONCE, ...(filters.length === 0 && { projection: { _id: 1 } }) },
  );
  try {
    let found: ArchivePosition[] = [];
    const flush = async (): Promise<void> => {
      await remove(opened, idsOf(found, Uuid));
      found = [];
    };
    for await (const document of cursor) {
      signal.throwIfAborted();
      const position = filters.length === 0 ? positionOf(document._id) : matching(document, range, filters);
      if (position !== undefined) found.push(position);
      if (found.length >= READ_AT_ONCE) await flush();
    }
    if (found.length > 0) await flush();
  } finally {
    await cursor.close();
  }
}

function matching(document: unknown, range: { from: number; to: number }, filters: readonly Filter[]) {
  const archived = eventOf(document);
  return archived && matchesAll(archived.event, range, filters, archived.seq) ? archived : undefined;
}

async function* readFrom(
  after: ArchivePosition | undefined,
  signal: AbortSignal,
  within: <T>(work: (opened: Opened) => Promise<T>) => Promise<T>,
): AsyncGenerator<ArchiveBatch> {
  for (let last = after; ; ) {
    const documents = await within(({ events, Uuid }) =>
      events
        .find(last === undefined ? {} : { _id: { $gt: { j: new Uuid(last.journal), s: last.seq } } })
        .sort({ _id: 1 })
        .limit(RESTORED_AT_ONCE)
        .batchSize(READ_AT_ONCE)
        .toArray(),
    );
    signal.throwIfAborted();
    const end = documents.map(({ _id }) => positionOf(_id)).findLast((position) => position !== undefined);
    if (end === undefined) return;
    last = end;
    yield { events: documents.flatMap((document) => eventOf(document) ?? []), last };
  }
}
