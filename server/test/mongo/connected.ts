import { MongoClient } from 'mongodb';
import { atFileEnd } from '../support/at-file-end.ts';

/** A client of its own, closed when the tests of the file are over. */
export async function connected(url: string): Promise<MongoClient> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  atFileEnd(() => client.close());
  return await client.connect();
}
