import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type Archive, ArchiveMisconfigured } from '../archive/archive.ts';
import { createMongoArchive } from '../archive/mongodb/mongo-archive.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { uuidToText } from '../row/row.ts';

/** How long a start waits for MongoDB, so that it can report problems while someone is watching. */
const FIRST_MAX_MS = 2_000;

/**
 * The archive that the settings name. Seismo starts even if MongoDB is down: the journal takes the events until it is back.
 * @param secret that the data directory alone has
 * @throws ConfigError when waiting does not help
 */
export async function openArchive(
  { archive: url }: Pick<Config, 'archive'>,
  { dataDir, secret }: { readonly dataDir: string; readonly secret: Buffer },
): Promise<Archive | undefined> {
  if (url === undefined) return undefined;
  const directory = { id: directoryId(secret), host: hostname(), path: dataDir };
  const archive = createMongoArchive({ url, directory });
  const late = new AbortController();
  const opening = archive.open().then(
    () => undefined,
    (error: unknown) => error,
  );
  const failure = await Promise.race([
    opening,
    pause(FIRST_MAX_MS, undefined, { signal: late.signal }).catch(() => {}),
  ]);
  late.abort();
  if (failure instanceof ArchiveMisconfigured) {
    await archive.close();
    throw archiveConfigError(failure);
  }
  return archive;
}

export const archiveConfigError = ({ message }: ArchiveMisconfigured): ConfigError =>
  new ConfigError([{ setting: 'archive', message }]);

/** A data directory has its key of ids for as long as it exists. */
const directoryId = (secret: Buffer): string =>
  uuidToText(createHmac('sha256', secret).update('the owner of an archive').digest(), 0);
