/** `seismo import mongodb://…` from a real server of MongoDB's protocol into a real Seismo: every event once, whatever is killed. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collection, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFirstSeismoDatabase } from '../../src/mongo/first-seismo.ts';
import { seismo, spawnSeismo } from '../cli/seismo.ts';
import { randomOf, Servers, until } from '../faults/harness.ts';
import { hasMongoServer, type MongoServer, startMongoServer } from '../support/mongo-server.ts';
import { startMongoStandIn } from '../support/mongo-stand-in.ts';
import { connected } from './connected.ts';

const TIMEOUT_MS = 240_000;
const EVENTS = 12_000;
const FIRST_AT = Date.parse('2014-01-01T00:00:00Z');
/** Every fourth event belongs to `cargo`: 3,000, and 9,000 to `flights`. */
const appOf = (n: number): string => (n % 4 === 3 ? 'cargo' : 'flights');
/** Ids in the order of n, made a minute apart. */
const idOf = (n: number): ObjectId =>
  new ObjectId((1_388_534_400 + n * 60).toString(16).padStart(8, '0') + n.toString(16).padStart(16, '0'));
const documentOf = (n: number) => ({
  _id: idOf(n),
  id: 'flight',
  app: appOf(n),
  event: 'Flight',
  timestampt: new Date(FIRST_AT + n * 60_000),
  data: { n, from: { code: 'ZRH' } },
});

let folder: string;
let mongo: MongoServer;
let events: Collection;
let servers: Servers;
const urlOf = (url: string): string => url.replace('/?', '/seismodb?');
const args = (url = mongo.url, ...rest: string[]) => ['import', urlOf(url), '--data', servers.dataDir, ...rest];

async function imported(url = mongo.url, ...rest: string[]) {
  const { code, stdout, stderr } = await seismo(args(url, '--json', ...rest));
  expect(stderr).toBe('');
  return { code, ...JSON.parse(stdout) };
}

interface Stored {
  readonly event: string;
  readonly timestamp: string;
  readonly data: { readonly n: number };
}

async function stored(app: string): Promise<Stored[]> {
  await servers.drained();
  const { status, text } = await servers.ask('GET', `/api/events/${app}`, undefined, {
    accept: 'application/x-ndjson',
  });
  if (status === 404) return [];
  expect(status, text).toBe(200);
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Stored]));
}
const numbersOf = async (app: string): Promise<number[]> =>
  (await stored(app)).map(({ data }) => data.n).toSorted((a, b) => a - b);
const all = Array.from({ length: EVENTS }, (_, n) => n);
const dueOf = (app: string): number[] => all.filter((n) => appOf(n) === app);

describe.skipIf(!hasMongoServer)('a database of the first Seismo', { timeout: TIMEOUT_MS }, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'seismo-mongo-import-'));
    mongo = await startMongoServer();
    events = (await connected(mongo.url)).db('seismodb').collection('events');
    for (let from = 0; from < EVENTS; from += 2_000)
      await events.insertMany(all.slice(from, from + 2_000).map(documentOf), { ordered: false });
    servers = new Servers({ dataDir: join(folder, 'data') });
    await servers.start();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await servers?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is recognized, and others are not', async () => {
    const client = await connected(mongo.url);
    expect(await isFirstSeismoDatabase(client.db('seismodb'))).toBe(true);
    expect(await isFirstSeismoDatabase(client.db('empty'))).toBe(false);
    // As Seismo 2 writes them: another name of the time.
    await client.db('second').collection('events').insertOne({ app: 'a', event: 'e', timestamp: new Date() });
    expect(await isFirstSeismoDatabase(client.db('second'))).toBe(false);
  });

  it('arrives whole, though the import and the server are killed on the way', async () => {
    // At its sixth answer the database stops: 1,000 documents came with each, so a piece of 5,000 of `flights` is not full.
    // At its ninth, with 7,000 of them read, one is sent.
    let stopAt = 6;
    let answers = 0;
    const { url } = await startMongoStandIn((_command, name) => {
      if (name !== 'getMore' || ++answers < stopAt) return undefined;
      return new Promise(() => {});
    }, mongo);
    const interrupted = async (kill: () => Promise<void>): Promise<void> => {
      answers = 0;
      const importer = spawnSeismo(args(url, '--json'));
      const ended = once(importer, 'exit');
      await until('the database has stopped answering', 60_000, () => (answers >= stopAt ? true : undefined));
      if (stopAt > 6)
        await until('a piece is stored', 60_000, async () => ((await stored('flights')).length > 0 ? true : undefined));
      await kill();
      importer.kill('SIGKILL');
      await ended;
    };
    await interrupted(async () => {});
    expect(await stored('flights')).toEqual([]);
    stopAt = 9;
    await interrupted(async () => {});
    expect((await stored('flights')).length).toBe(5_000);
    await interrupted(async () => {
      await servers.kill('all');
    });
    await servers.start();

    expect(await imported()).toEqual({
      code: 0,
      source: `127.0.0.1:${mongo.port}/seismodb`,
      rows: 12_000,
      resumedAt: 5_000,
      rejectedBefore: 0,
      accepted: 7_000,
      duplicates: 0,
      rejectedTotal: 0,
      rejected: [],
      doubtfulTotal: 0,
      doubtful: [],
      apps: {
        cargo: { accepted: 3_000, duplicates: 0, rejected: 0 },
        flights: { accepted: 4_000, duplicates: 0, rejected: 0 },
      },
    });
    expect(await numbersOf('flights')).toEqual(dueOf('flights'));
    expect(await numbersOf('cargo')).toEqual(dueOf('cargo'));
    const [first] = (await stored('cargo')).filter(({ data }) => data.n === 3);
    expect(first).toMatchObject({ id: 'flight', event: 'Flight', data: { n: 3, from: { code: 'ZRH' } } });
    expect(new Date(first!.timestamp).getTime()).toBe(FIRST_AT + 180_000);
  });

  it('adds nothing a second time, and says so', async () => {
    const { code, stdout, stderr } = await seismo(args());
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      `127.0.0.1:${mongo.port}/seismodb (12,000 events) is already imported, so nothing was added. Use \`--again\` to send all events again.\n`,
    );
    expect(await imported(mongo.url, '--again')).toMatchObject({
      code: 0,
      resumedAt: 0,
      accepted: 0,
      duplicates: 12_000,
    });
  });

  it('brings what was added since, though documents before it are gone; and names what it cannot take', async () => {
    // Every piece of `flights` changes. 12,000 - 1 + 4 documents.
    await events.deleteOne({ _id: idOf(0) });
    await events.insertMany([
      { ...documentOf(EVENTS), app: 'flights' },
      { _id: 'no app' as never, event: 'x', timestampt: new Date(FIRST_AT) },
      { _id: 'bad app' as never, app: 'a b', event: 'x', timestampt: new Date(FIRST_AT) },
      { _id: 'no name' as never, app: 'cargo', timestampt: new Date(FIRST_AT) },
    ]);
    expect(await imported()).toMatchObject({
      code: 1,
      rows: 12_003,
      accepted: 1,
      // All of `flights` but the removed one; of `cargo`, whose ids of text come first, all.
      duplicates: 8_999 + 3_000,
      rejectedTotal: 3,
      rejected: [
        {
          id: 'bad app',
          code: 'APP_NAME_INVALID',
          detail: '`app` is not a valid name of an app. `--app NAME --rename-app` imports all events into one app.',
        },
        {
          id: 'no app',
          code: 'APP_NAME_INVALID',
          detail: 'The document has no `app`. `--app NAME --rename-app` imports all events into one app.',
        },
        { id: 'no name', code: 'EVENT_NAME_MISSING' },
      ],
    });
    expect(await numbersOf('flights')).toEqual([...dueOf('flights'), EVENTS]);
    expect(await numbersOf('cargo')).toEqual(dueOf('cargo'));
    // The two without an app are read again; the one without a name was sent, and rejected.
    expect(await imported()).toMatchObject({ code: 1, resumedAt: 12_001, rejectedBefore: 1, rejectedTotal: 2 });
    const { code, stderr, stdout } = await seismo(args());
    expect(code).toBe(1);
    expect(stdout).toBe(
      '0 of 12,003 events imported, 12,000 already done, 2 rejected, 1 rejected before (`--again` lists them).\n',
    );
    expect(stderr).toContain('  _id no app: The document has no `app`.');
  });

  it('comes app by app, or into another app', async () => {
    expect((await seismo(args(mongo.url, '--app', 'cargo'))).stdout).toContain(
      '(3,001 events) is already imported, so nothing was added. 1 event of it was rejected. Use `--again`',
    );
    expect(await imported(mongo.url, '--app', 'cargo')).toMatchObject({
      code: 1,
      rows: 3_001,
      resumedAt: 3_001,
      rejectedBefore: 1,
      accepted: 0,
    });
    const wrong = await seismo(args(mongo.url, '--app', 'hotels'));
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      `127.0.0.1:${mongo.port}/seismodb holds no events of the app \`hotels\`. Its apps are \`a b\`, \`cargo\` and \`flights\`. To import all events into \`hotels\`, add \`--rename-app\`.\n`,
    ]);
    expect(await imported(mongo.url, '--app', 'everything', '--rename-app')).toMatchObject({
      rows: 12_003,
      accepted: 12_002,
      rejectedTotal: 1,
      apps: { everything: { accepted: 12_002, duplicates: 0, rejected: 1 } },
    });
  });

  it('arrives once, however often and whenever the import is killed', async () => {
    const random = randomOf(12);
    for (let round = 0; round < 5; round++) {
      const importer = spawnSeismo(args(mongo.url, '--app', 'killed', '--rename-app'));
      const ended = once(importer, 'exit');
      await new Promise((resolve) => setTimeout(resolve, 300 + random() * 3_000));
      importer.kill('SIGKILL');
      await ended;
    }
    const { accepted, duplicates, resumedAt, rejectedTotal } = await imported(
      mongo.url,
      '--app',
      'killed',
      '--rename-app',
    );
    expect([duplicates, accepted + resumedAt + rejectedTotal]).toEqual([0, 12_003]);
    const numbers = (await stored('killed')).flatMap(({ data }) => (data === undefined ? [] : [data.n]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual([...all.slice(1), EVENTS]);
  });
});
