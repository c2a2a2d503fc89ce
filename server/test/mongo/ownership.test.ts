/** Whose database it is, against a real server. */
import { type Collection, MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Archive, ArchiveMisconfigured, type ArchiveRow } from '../../src/archive/archive.ts';
import { createMongoArchive } from '../../src/archive/mongodb/mongo-archive.ts';
import { RowWriter } from '../../src/ingest/accept/row-writer.ts';
import { atFileEnd } from '../support/at-file-end.ts';
import { hasMongoServer, type MongoServer, startMongoServer } from '../support/mongo-server.ts';

const JOURNAL = '01234567-89ab-4cde-8f01-23456789abcd';
const FIRST = { id: '11111111-1111-4111-8111-111111111111', host: 'web-1', path: '/var/lib/seismo' };
const SECOND = { id: '22222222-2222-4222-8222-222222222222', host: 'web-2', path: '/srv/seismo' };
const BEAT_MS = 100;

let mongo: MongoServer | undefined;
let client: MongoClient;
let count = 0;
let database: string;
let owners: Collection<{ _id: string; path?: string; seenAt?: Date }>;
const archives: Archive[] = [];

beforeEach(async () => {
  if (!hasMongoServer) return;
  if (mongo === undefined) {
    mongo = await startMongoServer();
    client = await new MongoClient(mongo.url).connect();
    atFileEnd(() => client.close());
  }
  database = `db${count++}`;
  owners = client.db(database).collection('seismo');
});
afterEach(async () => {
  for (const archive of archives.splice(0)) await archive.close();
});

function archiveOf(directory: typeof FIRST, beatMs = BEAT_MS): Archive {
  const archive = createMongoArchive({ url: mongo!.url.replace('/?', `/${database}?`), directory, beatMs });
  archives.push(archive);
  return archive;
}

function aRow(seq: number): ArchiveRow {
  const writer = new RowWriter(1_024);
  writer.begin(1_000 * seq, 1_000 * seq, -1, Buffer.alloc(16, seq));
  for (const text of ['shop', 'e', 'e', 'ann', '', '', '', '']) writer.text(text);
  writer.noMaps();
  return { journal: JOURNAL, seq, bytes: writer.bytes, start: 0, end: writer.length };
}
const events = () => client.db(database).collection('events').countDocuments();
const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it was done'),
    (error: Error) => error,
  );
const erasure = { kind: 'erase', app: 'shop', range: { from: 0, to: 9e9 }, filters: [] } as const;

describe.skipIf(!hasMongoServer)('the owner of a database', () => {
  it('is the first directory that writes to it; another neither writes nor erases, though its engine is empty', async () => {
    const first = archiveOf(FIRST);
    await first.insert([aRow(1)]);
    const second = archiveOf(SECOND);
    await second.open();
    for (const refused of [
      await failureOf(second.own(true)),
      await failureOf(second.insert([aRow(2)])),
      await failureOf(second.execute(erasure, new AbortController().signal)),
    ]) {
      expect(refused).toBeInstanceOf(ArchiveMisconfigured);
      expect(refused.message).toContain(
        `database \`${database}\` belongs to another data directory: /var/lib/seismo on web-1`,
      );
      expect(refused.message).toContain('Its server is connected. Give each data directory a database of its own');
      expect(refused.message).toContain('stop that one first');
    }
    await first.insert([aRow(3)]);
    expect(await events()).toBe(2);
  });

  it('stays the owner when its server stops, and opens it again', async () => {
    const first = archiveOf(FIRST);
    await first.insert([aRow(1)]);
    await first.close();
    expect(await owners.find().toArray()).toEqual([
      { _id: 'owner', directory: expect.anything(), run: expect.any(String), host: 'web-1', path: '/var/lib/seismo' },
    ]);
    const refused = await failureOf(archiveOf(SECOND).own(false));
    expect(refused).toBeInstanceOf(ArchiveMisconfigured);
    expect(refused.message).toContain('Its server is stopped.');
    expect(refused.message).toContain('If that directory is gone, start with an empty data directory');
    await archiveOf(FIRST).insert([aRow(2)]);
    expect(await events()).toBe(2);
  });

  it('becomes a directory with an empty engine, once the server of the other has stopped', async () => {
    const first = archiveOf(FIRST);
    await first.insert([aRow(1)]);
    await first.close();
    const second = archiveOf(SECOND);
    await second.own(true);
    await second.insert([aRow(2)]);
    expect(await events()).toBe(2);
    await second.close();
    const refused = await failureOf(archiveOf(FIRST).own(false));
    expect(refused.message).toContain('/srv/seismo on web-2');
  });

  it('counts as gone when it has given no sign for a minute, and notices later that it was replaced', async () => {
    const hanging = archiveOf(FIRST, 2_000);
    await hanging.insert([aRow(1)]);
    const second = archiveOf(SECOND);
    const silentFor = async (seconds: number): Promise<void> => {
      const { localTime } = await client.db('admin').command({ hello: 1 });
      await owners.updateOne({ _id: 'owner' }, { $set: { seenAt: new Date(localTime.getTime() - seconds * 1_000) } });
    };
    await silentFor(58);
    expect(await failureOf(second.own(true))).toBeInstanceOf(ArchiveMisconfigured);
    // It gives a sign now and then: the second must come in between.
    await expect
      .poll(async () => {
        await silentFor(61);
        await failureOf(second.own(true));
        return (await owners.findOne())?.path;
      })
      .toBe('/srv/seismo');
    await second.insert([aRow(3)]);
    // It makes sure again after its beat.
    await expect
      .poll(async () => await (await failureOf(hanging.insert([aRow(4)]))).name, { interval: 200 })
      .toBe('ArchiveMisconfigured');
    await hanging.close();
    expect((await owners.findOne())?.path).toBe('/srv/seismo');
    expect((await owners.findOne())?.seenAt).toBeInstanceOf(Date);
  });

  it('is one server: of a directory and its copy, the one that was started last, until that is stopped', async () => {
    const original = archiveOf(FIRST);
    await original.insert([aRow(1)]);
    const copy = archiveOf({ ...FIRST, path: '/srv/copy' });
    await copy.insert([aRow(2)]);
    await expect
      .poll(async () => (await failureOf(original.insert([aRow(3)]))).message)
      .toContain(
        `A server with a copy of this data directory has opened the MongoDB database \`${database}\`: /srv/copy on`,
      );
    await copy.insert([aRow(4)]);
    await copy.close();
    await original.insert([aRow(5)]);
    expect((await owners.findOne())?.path).toBe('/var/lib/seismo');
    // The server was killed, and starts again at once.
    await archiveOf(FIRST).own(false);
  });

  it('gives a sign of itself without writing events', async () => {
    await archiveOf(FIRST).own(false);
    const before = (await owners.findOne())?.seenAt?.getTime() ?? 0;
    await expect.poll(async () => (await owners.findOne())?.seenAt?.getTime()).toBeGreaterThan(before);
  });

  it('is nobody else when two begin at the same time', async () => {
    const both = await Promise.all([failureOf(archiveOf(FIRST).own(true)), failureOf(archiveOf(SECOND).own(true))]);
    expect(both.map(({ message }) => message === 'it was done').sort()).toEqual([false, true]);
  });
});
