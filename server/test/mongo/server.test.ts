/** What the other tests with MongoDB rely on: the driver, FerretDB and the stand-in that fails on purpose. */
import { BSON, MongoBulkWriteError, MongoClient, MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { atFileEnd } from '../support/at-file-end.ts';
import { hasMongoServer, type MongoServer, startMongoServer } from '../support/mongo-server.ts';
import { startMongoStandIn } from '../support/mongo-stand-in.ts';
import { connected } from './connected.ts';

const SAFE = { ordered: false, writeConcern: { w: 'majority', j: true } } as const;

describe.skipIf(!hasMongoServer)('FerretDB', () => {
  it('keeps what it answered when it is killed, and what it was stopped with', async () => {
    const server = await startMongoServer();
    const events = (await connected(server.url)).db('a').collection('events');
    await events.insertMany([{ _id: 1 as never }, { _id: 2 as never }], SAFE);
    await server.kill();
    await server.start();
    const again = (await connected(server.url)).db('a').collection('events');
    await again.insertOne({ _id: 3 as never });
    await server.stop();
    await server.start();
    expect(await (await connected(server.url)).db('a').collection('events').countDocuments()).toBe(3);
  });

  it('stores what is new of a batch, and names what it has', async () => {
    const events = (await connected((await startMongoServer()).url))
      .db('a')
      .collection<{ _id: number; at?: number }>('events');
    await events.insertMany([{ _id: 2, at: 1 }], SAFE);
    const error = await events
      .insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }], SAFE)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MongoBulkWriteError);
    const { writeErrors, insertedCount } = error as MongoBulkWriteError;
    expect([insertedCount, [writeErrors].flat().map(({ code, index }) => [code, index])]).toEqual([2, [[11_000, 1]]]);
    expect(await events.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 1 }, { _id: 2, at: 1 }, { _id: 3 }]);
  });

  it('lets in only who knows the password', async () => {
    const server = await startMongoServer({ auth: { username: 'seismo', password: 'p/w' } });
    const own = await connected(server.url);
    await own.db('a').collection('events').insertOne({ a: 1 });
    const other = new MongoClient(server.url.replace('p%2Fw', 'wrong'));
    atFileEnd(() => other.close());
    await expect(other.connect()).rejects.toMatchObject({ code: 18, codeName: 'AuthenticationFailed' });
  });
});

describe('a stand-in', () => {
  let server: MongoServer | undefined;

  it('answers by itself, with any type of BSON and any error', async () => {
    const price = BSON.Decimal128.fromString('0.10');
    const { url, commands } = await startMongoStandIn(({ filter }, name) =>
      name === 'find'
        ? { answer: { cursor: { id: BSON.Long.ZERO, ns: 'a.events', firstBatch: [{ price, filter }] } } }
        : undefined,
    );
    const client = await connected(url);
    expect(await client.db('a').collection('events').find({ b: 1 }).toArray()).toEqual([{ price, filter: { b: 1 } }]);
    await expect(client.db('a').collection('events').insertOne({})).rejects.toBeInstanceOf(MongoServerError);
    expect(commands).toEqual(['find', 'insert']);
  });

  it.skipIf(!hasMongoServer).each([
    ['cut', 0],
    ['cut after', 1],
  ] as const)('before a real server, "%s" leaves %i of one document there', async (action, stored) => {
    server ??= await startMongoServer();
    let documents: unknown;
    const { url } = await startMongoStandIn((command, name) => {
      if (name !== 'insert') return undefined;
      documents = command['documents'];
      return action;
    }, server);
    const collection = action.replace(' ', '-');
    await expect((await connected(url)).db('a').collection(collection).insertOne({ b: 1 })).rejects.toBeInstanceOf(
      MongoNetworkError,
    );
    expect(documents).toMatchObject([{ _id: expect.any(BSON.ObjectId) }]);
    const direct = (await connected(server.url)).db('a').collection(collection);
    await expect.poll(() => direct.countDocuments()).toBe(stored);
  });

  it.skipIf(!hasMongoServer)('before a real server, changes an answer', async () => {
    server ??= await startMongoServer();
    const { url } = await startMongoStandIn(
      (_command, name) =>
        name === 'insert'
          ? {
              change: (answer) => ({
                ...answer,
                writeConcernError: {
                  code: 64,
                  codeName: 'WriteConcernFailed',
                  errmsg: 'waiting for replication timed out',
                },
              }),
            }
          : undefined,
      server,
    );
    const collection = (await connected(url)).db('a').collection('changed');
    const error = await collection.insertMany([{ b: 1 }], SAFE).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 64 });
    expect(await collection.countDocuments()).toBe(1);
  });
});
