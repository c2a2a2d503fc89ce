import type { Collection, Db, MongoClient } from 'mongodb';
import { wordList } from '../../../model/word-list.ts';
import { databaseFault } from '../../../mongo/connection-string.ts';
import { FIRST_SEISMO_COLLECTION, isFirstSeismoDatabase } from '../../../mongo/first-seismo.ts';
import { CommandFailure } from '../../failure.ts';
import { type Driver, mongoFailure } from './failures.ts';

/** Nobody wants to wait the driver's 30 s for a host that is mistyped. The connection string may say otherwise. */
const SELECTION_MAX_MS = 10_000;
const NAMES_SHOWN = 20;

export interface MongoSource {
  readonly driver: Driver;
  readonly client: MongoClient;
  readonly events: Collection;
  /** `host/database`, without the password. */
  readonly name: string;
  /** Number of documents, roughly. */
  readonly documents: number;
}

/** @throws CommandFailure that says what to do: the connection string, the host, the rights, the version, the database */
export async function openMongo(url: string): Promise<MongoSource> {
  const fault = databaseFault(url);
  if (fault !== undefined)
    throw new CommandFailure(`The connection string ${fault}. It should be such as \`mongodb://host/seismodb\`.`, 2);
  const driver = await import('mongodb');
  let client: MongoClient | undefined;
  try {
    const isGiven = /[?&]serverSelectionTimeoutMS=/i.test(url);
    client = new driver.MongoClient(url, {
      appName: 'seismo import',
      ...(!isGiven && { serverSelectionTimeoutMS: SELECTION_MAX_MS }),
    });
    const { dbName, hosts, srvHost } = client.options;
    if (!/^mongodb(?:\+srv)?:\/\/[^/]*\/[^?]/i.test(url))
      throw new CommandFailure(
        'The connection string names no database. The first Seismo used `seismodb`: `mongodb://host/seismodb`.',
        2,
      );
    await client.connect();
    const db = client.db(dbName);
    await checkContent(client, db);
    const events = db.collection(FIRST_SEISMO_COLLECTION);
    const documents = await events.estimatedDocumentCount();
    return { driver, client, events, name: `${srvHost ?? hosts.join(',')}/${dbName}`, documents };
  } catch (error) {
    await client?.close();
    throw mongoFailure(error, driver);
  }
}

/** @throws CommandFailure */
async function checkContent(client: MongoClient, db: Db): Promise<void> {
  if (await isFirstSeismoDatabase(db)) return;
  const name = db.databaseName;
  const collections = await db.listCollections({}, { nameOnly: true, authorizedCollections: true }).toArray();
  if (collections.length === 0) {
    const others = await databasesOf(client);
    const known = others.length === 0 ? '' : ` There are ${wordList(others.slice(0, NAMES_SHOWN))}.`;
    throw new CommandFailure(`There is no database \`${name}\`.${known}`);
  }
  if (!collections.some((each) => each.name === FIRST_SEISMO_COLLECTION))
    throw new CommandFailure(
      `The database \`${name}\` has no collection \`${FIRST_SEISMO_COLLECTION}\`, where the first Seismo kept its events. It has ${wordList(collections.map((each) => each.name).slice(0, NAMES_SHOWN))}.`,
    );
  throw new CommandFailure(
    `The collection \`${FIRST_SEISMO_COLLECTION}\` of \`${name}\` holds no events of the first Seismo: none of its first documents has \`event\` and \`timestampt\`. To import documents of another shape, write them with \`mongoexport\` and import the file.`,
  );
}

/** Not everyone may list them, and the message does without. */
async function databasesOf(client: MongoClient): Promise<string[]> {
  const { databases } = await client
    .db('admin')
    .command({ listDatabases: 1, nameOnly: true })
    .catch(() => ({ databases: [] }));
  return (databases as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => !/^(admin|config|local)$/.test(name));
}
