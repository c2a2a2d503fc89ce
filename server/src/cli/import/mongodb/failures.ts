import { CommandFailure } from '../../failure.ts';

/** Loaded on demand: 0.2 s and 20 MB that only those pay who use it. */
export type Driver = typeof import('mongodb');

/** Unauthorized; AuthenticationFailed, and Atlas's own code for it. */
const UNAUTHORIZED = 13;
const AUTHENTICATION = new Set([18, 8000]);

/** By name: a package of the driver, which parses the string, has classes of its own. */
const INVALID = new Set(['MongoParseError', 'MongoInvalidArgumentError', 'MongoAPIError']);

/** `mongodb://user:password@host` → `mongodb://***@host`, in the driver's texts. */
const withoutPassword = (text: string): string => text.replace(/\/\/[^\s/]*@/g, '//***@').replace(/\.?\s*$/, '');

/** What an error of MongoDB or its driver means, and what to do. Bugs stay what they are. */
export function mongoFailure(error: unknown, driver: Driver): unknown {
  if (error instanceof CommandFailure || !(error instanceof Error)) return error;
  // The reason why no server was found.
  const cause = error instanceof driver.MongoServerSelectionError ? (firstReason(error) ?? error) : error;
  const text = withoutPassword(cause.message);
  if (cause instanceof driver.MongoCompatibilityError || /wire version/i.test(text))
    return new CommandFailure(
      `The MongoDB server is too old: ${text}. Copy the data to a MongoDB 4.4 or newer with \`mongodump\` and \`mongorestore\`, and import from there.`,
    );
  if (cause instanceof driver.MongoServerError) {
    const code = Number(cause.code);
    if (code === UNAUTHORIZED)
      return new CommandFailure(
        `The MongoDB user may not read the events: ${text}. Grant it the role \`read\` on the database.`,
      );
    if (AUTHENTICATION.has(code))
      return new CommandFailure(
        `MongoDB does not accept the user and password: ${text}. Correct them in the connection string, and add \`authSource\` if the user belongs to another database.`,
      );
    return new CommandFailure(`MongoDB reports: ${text} (${cause.codeName ?? code}).`);
  }
  if (INVALID.has(cause.name))
    return new CommandFailure(
      `The connection string is not valid: ${text}. It has the form \`mongodb://user:password@host:27017/database\`.`,
      2,
    );
  if (cause instanceof driver.MongoMissingDependencyError)
    return new CommandFailure(`The connection string needs a package that is not installed: ${text}.`);
  if (
    cause instanceof driver.MongoNetworkError ||
    cause instanceof driver.MongoServerSelectionError ||
    'syscall' in cause
  )
    return new CommandFailure(
      `MongoDB can't be reached: ${text}. Check the host and port, and whether the server accepts connections from this machine.`,
    );
  if (cause instanceof driver.MongoError) return new CommandFailure(`MongoDB: ${text}.`);
  return error;
}

function firstReason(error: { readonly reason?: unknown; readonly cause?: unknown }): Error | undefined {
  const { reason } = error;
  if (typeof reason === 'object' && reason !== null && 'servers' in reason && reason.servers instanceof Map)
    for (const { error: found } of reason.servers.values() as Iterable<{ error?: unknown }>)
      if (found instanceof Error) return found;
  return error.cause instanceof Error ? error.cause : undefined;
}
