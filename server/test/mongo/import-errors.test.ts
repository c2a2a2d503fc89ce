/** What `seismo import mongodb://…` says when it cannot begin, and that it then sends nothing. */
import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { runMongoImport } from '../../src/cli/import/mongodb/run.ts';
import { openMongo } from '../../src/cli/import/mongodb/source.ts';
import { mongoRunOf } from '../../src/cli/import-options.ts';
import { aSink } from '../cli/import-sink.ts';
import { freePort } from '../support/free-port.ts';
import { hasMongoServer, startMongoServer } from '../support/mongo-server.ts';
import { HELLO, type Intercept, startMongoStandIn } from '../support/mongo-stand-in.ts';
import { connected } from './connected.ts';

const messageOf = (url: string): Promise<string> =>
  openMongo(url).then(
    () => 'opened',
    (error: Error & { exitCode?: number }) => `${error.name} ${error.exitCode}: ${error.message}`,
  );
const standIn = async (intercept: Intercept) => {
  const { url } = await startMongoStandIn(intercept);
  return url.replace('/?', '/seismodb?serverSelectionTimeoutMS=1000&');
};
const failing = (name: string, code: number, codeName: string, errmsg: string) =>
  standIn((_command, asked) => (asked === name ? { answer: { ok: 0, code, codeName, errmsg } } : undefined));

describe('the connection string', () => {
  it.each([
    ['mongodb://u:secret@/x', 'Protocol and host list are required in the uri'],
    ['mongodb://u:secret@h/x?foo=1', 'option foo is not supported'],
  ])('%s is not valid, and the password is not repeated', async (url, why) => {
    const message = await messageOf(url);
    const [, found] = /^CommandFailure 2: The connection string is not valid: (.*)\. It has the form/.exec(message)!;
    expect(found).toBe(why);
    expect(message).not.toContain('secret');
  });

  it('names no database', async () => {
    for (const url of ['mongodb://h', 'mongodb://h/', 'mongodb://h/?tls=true', 'mongodb+srv://h/?a=b'])
      expect(await messageOf(url)).toMatch(
        /^CommandFailure 2: The connection string (names no database\.|is not valid: option a)/,
      );
  });

  it('names a database that cannot be', async () => {
    for (const [name, why] of [
      ['my%20db', 'has a database name with a space or one of `/ \\ . " $`, which MongoDB forbids'],
      ['100%', 'has a `%` in the database name that is not followed by two hex digits'],
    ] as const)
      expect(await messageOf(`mongodb://h/${name}`)).toBe(
        `CommandFailure 2: The connection string ${why}. It should be such as \`mongodb://host/seismodb\`.`,
      );
  });

  it('needs a package that is left out', async () => {
    const url = await standIn(() => undefined);
    const given = url.replace('//', '//u:p@').replace('?', '?authMechanism=GSSAPI&');
    expect(await messageOf(given)).toMatch(
      /^CommandFailure 1: The connection string needs a package that is not installed: .*kerberos/,
    );
  });
});

describe('the server', () => {
  it('is not there', async () => {
    const port = await freePort();
    expect(await messageOf(`mongodb://127.0.0.1:${port}/seismodb?serverSelectionTimeoutMS=500`)).toBe(
      `CommandFailure 1: MongoDB can't be reached: connect ECONNREFUSED 127.0.0.1:${port}. Check the host and port, and whether the server accepts connections from this machine.`,
    );
  });

  it('is older than the driver supports', async () => {
    // Wire version 2 was MongoDB 2.6, of the first Seismo's time.
    const url = await standIn((_command, name) =>
      /^(hello|ismaster)$/i.test(name) ? { answer: { ...HELLO, maxWireVersion: 2 } } : undefined,
    );
    expect(await messageOf(url)).toMatch(
      /^CommandFailure 1: The MongoDB server is too old: .* wire version 2, .*\. Copy the data to a MongoDB 4\.4 or newer with `mongodump` and `mongorestore`/,
    );
  });

  it('lets the user read nothing', async () => {
    expect(
      await messageOf(await failing('find', 13, 'Unauthorized', 'not authorized on seismodb to execute command')),
    ).toBe(
      'CommandFailure 1: The MongoDB user may not read the events: not authorized on seismodb to execute command. Grant it the role `read` on the database.',
    );
  });

  it('reports another error', async () => {
    expect(await messageOf(await failing('find', 96, 'OperationFailed', 'it broke.'))).toBe(
      'CommandFailure 1: MongoDB reports: it broke (OperationFailed).',
    );
  });

  it.skipIf(!hasMongoServer)('does not know the password', async () => {
    const { url } = await startMongoServer({ auth: { username: 'seismo', password: 'right' } });
    expect(await messageOf(url.replace('right', 'wrong').replace('/?', '/seismodb?authSource=admin&'))).toMatch(
      /^CommandFailure 1: MongoDB does not accept the user and password: .*\. Correct them in the connection string, and add `authSource`/,
    );
  });
});

describe.skipIf(!hasMongoServer)('the database', () => {
  it('is not there, has no such collection, or holds other documents', async () => {
    const { url } = await startMongoServer();
    const of = (database: string): Promise<string> => messageOf(url.replace('/?', `/${database}?`));
    expect(await of('seismodb')).toBe('CommandFailure 1: There is no database `seismodb`.');
    const client = await connected(url);
    await client.db('shop').collection('orders').insertOne({ a: 1 });
    await client.db('blog').collection('events').insertOne({ title: 'x', event: 'Fair' });
    expect(await of('seismodb')).toBe(
      'CommandFailure 1: There is no database `seismodb`. There are `blog` and `shop`.',
    );
    expect(await of('shop')).toBe(
      'CommandFailure 1: The database `shop` has no collection `events`, where the first Seismo kept its events. It has `orders`.',
    );
    expect(await of('blog')).toMatch(
      /^CommandFailure 1: The collection `events` of `blog` holds no events of the first Seismo/,
    );
  });
});

it('cuts the connection in the middle: what was sent is done, and the error says to run it again', async () => {
  const documents = Array.from({ length: 10 }, (_, i) => ({
    _id: i,
    app: 'a',
    event: 'e',
    timestampt: new Date(i * 1_000),
  }));
  let isBroken = true;
  const url = await standIn((command, name) => {
    const cursor = (id: number, list: object[]) => ({
      id: BSON.Long.fromNumber(id),
      ns: 'seismodb.events',
      [name === 'find' ? 'firstBatch' : 'nextBatch']: list,
    });
    if (name === 'count') return { answer: { n: 10 } };
    // The look at the first documents has a limit.
    if (name === 'find')
      return { answer: { cursor: command['limit'] ? cursor(0, documents) : cursor(5, documents.slice(0, 6)) } };
    if (name === 'getMore') return isBroken ? 'cut' : { answer: { cursor: cursor(0, documents.slice(6)) } };
    return undefined;
  });
  const { sink, events } = aSink();
  const run = mongoRunOf(url, { timeZone: 'UTC' });
  await expect(runMongoImport(run, (work) => work(sink))).rejects.toThrow(
    /^MongoDB can't be reached: .* Run the import again to continue\.$/,
  );
  expect(events()).toEqual([]);
  isBroken = false;
  expect(await runMongoImport(run, (work) => work(sink))).toMatchObject({
    rows: 10,
    accepted: 10,
    apps: { a: { accepted: 10 } },
  });
  expect(events()).toHaveLength(10);
});

describe('options', () => {
  const of = (options: object) => () => mongoRunOf('mongodb://h/seismodb', { timeZone: 'UTC', ...options });

  it.each([
    [{ format: 'csv' }, '`--format` is for files.'],
    [{ event: 'e' }, '`--event` is for files.'],
    [{ idFrom: 'e' }, '`--id-from` is for files.'],
    [{ defaultTime: 'now' }, '`--default-time` is for files.'],
    [{ renameApp: true }, '`--rename-app` needs `--app`'],
    [{ timeZone: 'Mars' }, '`--time-zone` must be an IANA time zone'],
  ])('%j is rejected', (options, why) => {
    expect(of(options)).toThrow(why);
  });

  it('that apply are taken over', () => {
    expect(of({ app: 'a', renameApp: true, again: true })()).toEqual({
      url: 'mongodb://h/seismodb',
      app: 'a',
      renameApp: true,
      again: true,
      timeZone: 'UTC',
    });
  });
});
