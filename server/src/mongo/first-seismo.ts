import type { Db } from 'mongodb';

/** Where the first Seismo (2013) kept its events: `{_id, id, app, event, timestampt, data}`. Yes, `timestampt`. */
export const FIRST_SEISMO_COLLECTION = 'events';
export const FIRST_SEISMO_TIME = 'timestampt';

/** Documents of other programs may be among them. */
const EXAMINED = 20;

/**
 * Whether the database holds events of the first Seismo, which `seismo import` takes over. It reads a few documents: an index on the
 * time cannot be expected, and without one a search would read everything.
 * @throws what the driver throws
 */
export async function isFirstSeismoDatabase(db: Db): Promise<boolean> {
  const documents = await db
    .collection(FIRST_SEISMO_COLLECTION)
    .find({}, { limit: EXAMINED, projection: { event: 1, id: 1, [FIRST_SEISMO_TIME]: 1 } })
    .toArray();
  return documents.some(
    (document) => document[FIRST_SEISMO_TIME] !== undefined && (document['event'] ?? document['id']) !== undefined,
  );
}
