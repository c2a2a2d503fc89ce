export const isMongoUrl = (text: string): boolean => /^mongodb(\+srv)?:\/\//i.test(text);

/** MongoDB on Linux; on Windows it forbids more. */
const FORBIDDEN = /[/\\. "$\0]/;
const BYTES_MAX = 63;

/** The database that a connection string names, or `seismo`. The driver checks the rest. */
export const databaseOf = (url: string): string => decodeURIComponent(encodedDatabaseOf(url)) || 'seismo';

/** What is wrong with the name of its database, without the name: it may be a piece of a password. */
export function databaseFault(url: string): string | undefined {
  const encoded = encodedDatabaseOf(url);
  // As `decodeURIComponent` wants it, but for bytes that are no UTF-8.
  if (/%(?![0-9a-f]{2})/i.test(encoded)) return 'has a `%` in the database name that is not followed by two hex digits';
  const name = decoded(encoded);
  if (name === undefined) return 'has a database name that is not UTF-8';
  if (FORBIDDEN.test(name)) return 'has a database name with a space or one of `/ \\ . " $`, which MongoDB forbids';
  if (Buffer.byteLength(name) > BYTES_MAX) return `has a database name of more than ${BYTES_MAX} bytes`;
  return undefined;
}

/** Its hosts and database, without the user and the password: the same for the same place. */
export const mongoPlaceOf = (url: string): string =>
  `${/^mongodb(?:\+srv)?:\/\/(?:[^/]*@)?([^/?]*)/i.exec(url)?.[1]?.toLowerCase() ?? ''}/${databaseOf(url)}`;

const encodedDatabaseOf = (url: string): string => /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/i.exec(url)?.[1] ?? '';

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
