/** The archive against servers that fail on purpose. */
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { type Archive, ArchiveMisconfigured, type ArchiveRow, ArchiveUnavailable } from '../../src/archive/archive.ts';
import { createMongoArchive } from '../../src/archive/mongodb/mongo-archive.ts';
import { RowWriter } from '../../src/ingest/accept/row-writer.ts';
import { atFileEnd } from '../support/at-file-end.ts';
import { hasMongoServer, startMongoServer } from '../support/mongo-server.ts';
import { type Intercept, startMongoStandIn } from '../support/mongo-stand-in.ts';

const JOURNAL = '01234567-89ab-4cde-8f01-23456789abcd';
const DIRECTORY = { id: '11111111-2222-4333-8444-555555555555', host: 'web-1', path: '/var/lib/seismo' };
const archives: Archive[] = [];
afterEach(async () => {
  for (const archive of archives.splice(0)) await archive.close();
});

function archiveAt(url: string, database = 'seismo'): Archive {
  const archive = createMongoArchive({
    url: url.replace('/?', `/${database}?`),
    directory: DIRECTORY,
    insertMaxMs: 200,
  });
  archives.push(archive);
  return archive;
}

/** An event without data, or with data kept as text, as in row.ts. */
function aRow(seq: number, name = `e${seq}`, data = '', user = 'ann', device = ''): ArchiveRow {
  const writer = new RowWriter(1_024);
  writer.begin(1_000 * seq, 1_000 * seq, -1, Buffer.alloc(16, seq));
  for (const text of ['shop', name, name, user, device, '', '', data]) writer.text(text);
  writer.noMaps();
  return { journal: JOURNAL, seq, bytes: writer.bytes, start: 0, end: writer.length };
}
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => aRow(from + i));

const EMPTY = { cursor: { id: 0n, ns: 'seismo.events', firstBatch: [] } };
/** A server that is in order until `intercept` says otherwise. */
const upTo =
  (intercept: Intercept): Intercept =>
  async (command, name) =>
    (await intercept(command, name)) ??
    (name === 'find'
      ? { answer: EMPTY }
      : name === 'update'
        ? { answer: { n: 1, nModified: 1 } }
        : name === 'listIndexes' || name === 'createIndexes'
          ? { answer: name === 'listIndexes' ? EMPTY : {} }
          : undefined);
const failing = (answer: object) =>
  startMongoStandIn(upTo((_, name) => (name === 'insert' ? { answer: { ok: 0, ...answer } } : undefined)));

const reasonOf = async (archive: Archive): Promise<unknown> =>
  await archive.insert([aRow(1)]).then(
    () => 'inserted',
    (error: unknown) => error,
  );

describe('what a failure of MongoDB says', () => {
  it.each([
    [{ code: 13, codeName: 'Unauthorized', errmsg: 'not authorized on seismo' }, 'Grant it the role `readWrite`'],
    [{ code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' }, 'does not accept the user'],
    [{ code: 14031, codeName: 'OutOfDiskSpace', errmsg: 'available disk space of 1 bytes' }, "MongoDB's disk is full"],
    [{ code: 8000, codeName: 'AtlasError', errmsg: 'you are over your space quota' }, "MongoDB's disk is full"],
    [{ code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' }, 'no primary at the moment'],
    [{ code: 91, codeName: 'ShutdownInProgress', errmsg: 'going down' }, 'no primary at the moment'],
    [{ code: 96, codeName: 'OperationFailed', errmsg: 'odd' }, 'MongoDB reports: odd'],
  ])('%o: it is sent again', async (answer, sentence) => {
    const failure = await reasonOf(archiveAt((await failing(answer)).url));
    expect(failure).toBeInstanceOf(ArchiveUnavailable);
    expect((failure as Error).message).toContain(sentence);
    expect((failure as Error).message).toContain('Events wait in the journal');
  });

  it('asks for a newer server where it is too old', async () => {
    const old = await startMongoStandIn((_, name) =>
      /^(hello|ismaster)$/i.test(name)
        ? {
            answer: {
              isWritablePrimary: true,
              ismaster: true,
              minWireVersion: 0,
              maxWireVersion: 6,
              maxBsonObjectSize: 16_777_216,
            },
          }
        : undefined,
    );
    expect(await reasonOf(archiveAt(old.url))).toMatchObject({
      name: 'ArchiveUnavailable',
      message: expect.stringContaining('Seismo needs MongoDB 4.4 or newer'),
    });
  });

  it('names no password, wherever the server or the driver repeats it', async () => {
    const gone = createMongoArchive({
      url: 'mongodb://ann:topsecret@127.0.0.1:1/seismo?serverSelectionTimeoutMS=100&directConnection=true',
      directory: DIRECTORY,
    });
    archives.push(gone);
    const failure = (await reasonOf(gone)) as Error;
    expect(failure.message).toContain('MongoDB does not respond');
    expect(failure.message + String(failure.cause) + failure.stack).not.toContain('topsecret');
    const odd = createMongoArchive({ url: 'mongodb://ann:topsecret@h/seismo?noSuchOption=1', directory: DIRECTORY });
    archives.push(odd);
    const wrong = (await reasonOf(odd)) as Error;
    expect(wrong).toBeInstanceOf(ArchiveMisconfigured);
    expect(wrong.message).toContain('nosuchoption');
    expect(wrong.message).not.toContain('topsecret');
  });

  it.skipIf(!hasMongoServer)(
    'says that a real server does not accept the password, and takes the right one',
    async () => {
      const { url } = await startMongoServer({ auth: { username: 'seismo', password: 'p/w' } });
      expect(await reasonOf(archiveAt(url.replace('p%2Fw', 'wrong')))).toMatchObject({
        name: 'ArchiveUnavailable',
        message: expect.stringMatching(/^MongoDB does not accept the user and password(?!.*wrong)/),
      });
      expect(await reasonOf(archiveAt(`${url}&authSource=admin`))).toBe('inserted');
    },
  );

  it('does not touch a collection with documents of others', async () => {
    const first = { _id: 1, app: 'shop', event: 'x', timestampt: new Date() };
    const { url, commands } = await startMongoStandIn((_, name) =>
      name === 'find' ? { answer: { cursor: { ...EMPTY.cursor, firstBatch: [first] } } } : undefined,
    );
    const failure = (await reasonOf(archiveAt(url))) as Error;
    expect(failure).toBeInstanceOf(ArchiveMisconfigured);
    expect(failure.message).toContain('`seismo import mongodb://…` reads them');
    expect(commands).toEqual(['find']);
  });
});

describe.skipIf(!hasMongoServer)('exactly once', () => {
  async function aServer(intercept: Intercept) {
    const real = await startMongoServer();
    const standIn = await startMongoStandIn(intercept, real);
    const client = await new MongoClient(real.url).connect();
    atFileEnd(() => client.close());
    const events = client.db('seismo').collection('events');
    return {
      standIn,
      archive: archiveAt(standIn.url),
      seqs: async () =>
        (await events.find().sort({ _id: 1 }).toArray()).map(({ _id }) => (_id as unknown as { s: number }).s),
    };
  }
  /** Does this to the first insert, and nothing to others. */
  const once = (action: Awaited<ReturnType<Intercept>>): Intercept => {
    let isDone = false;
    return (_, name) => {
      if (name !== 'insert' || isDone) return undefined;
      isDone = true;
      return action;
    };
  };

  it.each([
    ['the connection is cut after the write', 'cut after'],
    ['the connection is cut before the write', 'cut'],
    [
      'the write is there and not yet on most servers',
      {
        change: (answer: object) => ({
          ...answer,
          writeConcernError: { code: 64, codeName: 'WriteConcernFailed', errmsg: 'waiting for replication timed out' },
        }),
      },
    ],
    [
      'the primary steps down after the write',
      { change: () => ({ ok: 0, code: 189, codeName: 'PrimarySteppedDown', errmsg: 'stepped down' }) },
    ],
    [
      'half of it is written, and then the disk is full',
      {
        change: (answer: object) => ({ ...answer, n: 1, writeErrors: [{ index: 1, code: 14031, errmsg: 'no space' }] }),
      },
    ],
  ] as const)('when %s', async (_, action) => {
    const { archive, seqs } = await aServer(once(action as Awaited<ReturnType<Intercept>>));
    await expect(archive.insert(rows(1, 4))).rejects.toBeInstanceOf(ArchiveUnavailable);
    expect(await archive.insert(rows(1, 6))).toEqual([]);
    expect(await archive.insert(rows(1, 6))).toEqual([]);
    expect(await seqs()).toEqual([1, 2, 3, 4, 5]);
  });

  it('asks for most servers and their journals, whatever the connection string says', async () => {
    const asked: unknown[] = [];
    const { standIn } = await aServer((command, name) => {
      if (name === 'insert') asked.push(command['writeConcern'], command['ordered']);
      return undefined;
    });
    await archiveAt(`${standIn.url}&w=0&journal=false`).insert([aRow(1)]);
    expect(asked).toEqual([{ w: 'majority', j: true }, false]);
  });

  it('keeps a document that the server rejects as text, and returns what it rejects then too', async () => {
    const { archive, seqs } = await aServer((command, name) => {
      const documents = command['documents'] as { event: string }[];
      if (name !== 'insert' || documents.length !== 1 || documents[0]?.event !== 'bad') return undefined;
      return { answer: { n: 0, writeErrors: [{ index: 0, code: 121, errmsg: 'Document failed validation' }] } };
    });
    // FerretDB rejects a list in a list.
    const nested = [aRow(1), aRow(2, 'nested', '{"a":[[1]]}'), aRow(3)];
    expect(await archive.insert(nested)).toEqual([]);
    expect(await archive.insert([aRow(4, 'bad')])).toEqual([
      { journal: JOURNAL, seq: 4, reason: 'code 121: Document failed validation' },
    ]);
    expect(await seqs()).toEqual([1, 2, 3]);
  });

  it('opens what it opened before, with the indexes that it made and nothing else', async () => {
    const { standIn, archive } = await aServer(() => undefined);
    await archive.insert([aRow(1)]);
    const made = standIn.commands.filter((name) => name === 'createIndexes').length;
    expect(made).toBe(1);
    const again = archiveAt(standIn.url);
    await again.insert([aRow(2)]);
    expect(await again.count()).toBe(2);
    expect(standIn.commands.filter((name) => name === 'createIndexes').length).toBe(made);
  });

  it('returns an event that is larger than a document can be, and takes the others', async () => {
    const { archive, seqs } = await aServer(() => undefined);
    const large = aRow(2, 'large', JSON.stringify({ text: 'x'.repeat(16 * 1024 * 1024) }));
    expect(await archive.insert([aRow(1), large, aRow(3)])).toMatchObject([{ seq: 2 }]);
    expect(await seqs()).toEqual([1, 3]);
  });

  it('removes what an order names, by filters as the engine has them, and is not put off by its being gone', async () => {
    const { archive, seqs } = await aServer(() => undefined);
    const many = Array.from({ length: 1_200 }, (_, i) =>
      aRow(i + 1, 'viewed', JSON.stringify({ plan: i % 3 === 0 ? 'pro' : 'free' })),
    );
    for (let at = 0; at < many.length; at += 300) await archive.insert(many.slice(at, at + 300));
    const isPro = {
      field: { kind: 'property', path: ['plan'], literal: false },
      operator: 'is',
      matches: [{ text: 'pro' }],
    } as const;
    // Up to and without the event with the sequence number 900.
    const order = { kind: 'erase', app: 'shop', range: { from: 0, to: 900_000 }, filters: [isPro] } as const;
    const { signal } = new AbortController();
    await archive.execute(order, signal);
    await archive.execute(order, signal);
    // 1, 4, … 898 are 300 events.
    expect((await seqs()).length).toBe(900);
    expect((await seqs()).filter((seq) => seq % 3 === 1 && seq < 900)).toEqual([]);
    await archive.execute(
      { kind: 'remove', positions: [2, 3, 5_000].map((seq) => ({ journal: JOURNAL, seq })) },
      signal,
    );
    await archive.execute({ kind: 'erase', app: 'other', range: { from: 0, to: 9e9 }, filters: [] }, signal);
    expect((await seqs()).length).toBe(898);
    await archive.execute({ kind: 'erase', app: 'shop', range: { from: 10_000, to: 9e9 }, filters: [] }, signal);
    // 5, 6, 8 and 9: of 1 to 9, without 1, 4 and 7 and without 2 and 3.
    expect(await seqs()).toEqual([5, 6, 8, 9]);
  });

  it('finds the events of a user and of their device by the index, and leaves those of others', async () => {
    const asked: unknown[] = [];
    const { archive, seqs } = await aServer((command, name) => {
      if (name === 'find' && 'app' in (command['filter'] as object)) asked.push(command['filter']);
      return undefined;
    });
    const of = (seq: number, user: string, device: string) => aRow(seq, 'viewed', '', user, device);
    await archive.insert([of(1, 'ann', ''), of(2, '', 'd1'), of(3, 'bob', 'd1'), of(4, '', 'd2'), of(5, 'ann', 'd2')]);
    const isAnn = { field: { kind: 'column', name: 'user' }, operator: 'is', matches: [{ text: 'ann' }] } as const;
    const order = { kind: 'erase', app: 'shop', range: { from: 0, to: 9e9 } } as const;
    const filters = [{ or: [isAnn, { spans: [{ device: 'd1' }], isInside: true }] }];
    await archive.execute({ ...order, filters }, new AbortController().signal);
    expect(await seqs()).toEqual([3, 4]);
    expect(asked).toMatchObject([{ $or: [{ user: { $in: ['ann'] } }, { user: null, device: { $in: ['d1'] } }] }]);
  });

  it('waits with an order until an insert that was not answered can no longer run', async () => {
    const { standIn, archive } = await aServer(once('cut'));
    await archive.open();
    const { signal } = new AbortController();
    await archive.execute({ kind: 'erase', app: 'shop', range: { from: 0, to: 9 }, filters: [] }, signal);
    await archive.insert([aRow(1)]).catch(() => {});
    const since = performance.now();
    await archive.execute({ kind: 'remove', positions: [{ journal: JOURNAL, seq: 1 }] }, signal);
    // `insertMaxMs` is 200 here; timers may be a millisecond early.
    expect(performance.now() - since).toBeGreaterThan(195);
    expect(standIn.commands.at(-1)).toBe('delete');
  });

  it('gives back everything in the order of its ids, and goes on after any of them', async () => {
    const { archive } = await aServer(() => undefined);
    for (let from = 1; from < 1_101; from += 275) await archive.insert(rows(from, from + 275));
    const read = async (after?: number): Promise<number[]> => {
      const seqs: number[] = [];
      const position = after === undefined ? undefined : { journal: JOURNAL, seq: after };
      for await (const { events } of archive.read(position, new AbortController().signal))
        seqs.push(...events.map(({ seq }) => seq));
      return seqs;
    };
    const all = Array.from({ length: 1_100 }, (_, i) => i + 1);
    expect(await read()).toEqual(all);
    expect(await read(700)).toEqual(all.slice(700));
    expect(await archive.count()).toBe(1_100);
  });
});
