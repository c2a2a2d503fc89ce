import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { areSameServers, describeServers, isServerUrl } from '../../config/server-addresses.ts';

/**
 * Where `seismo move` has moved the events, in the data directory. As long as the setting `connection` is what it was before the move, the
 * server goes on with the new place: a restart in the night must not bring the old engine back.
 */
interface MovedNote {
  readonly version: 1;
  /** As the setting `connection`; null: not set. */
  readonly from: string | null;
  readonly to: string | null;
  readonly at: string;
}

export const MOVED_FILE = 'moved.json';
const VERSION = 1;
const pathOf = (dataDir: string): string => join(dataDir, MOVED_FILE);

/** For people and logs: never with the user or the password. */
export function describeConnection(connection: string | undefined): string {
  if (connection === undefined) return 'the embedded engine';
  if (!isServerUrl(connection)) return `the embedded engine in ${connection}`;
  return describeServers(connection);
}

/** Whether both settings name the same place. The user and the password may be others. */
export function isSamePlace(a: string | undefined, b: string | undefined, dataDir: string): boolean {
  if (isServerUrl(a) && isServerUrl(b)) return areSameServers(a, b);
  return !isServerUrl(a) && !isServerUrl(b) && resolve(a ?? dataDir) === resolve(b ?? dataDir);
}

/** The configuration with the place where the events are. @throws ConfigError, or an Error if the note cannot be read */
export function withMovedEvents(config: Config, dataDir: string, logger: Logger): Config {
  const note = readNote(dataDir);
  if (note === undefined || !isSamePlace(note.from ?? undefined, config.connection, dataDir)) return config;
  const to = note.to ?? undefined;
  if (isSamePlace(to, config.connection, dataDir)) return config;
  if (config.archive !== undefined && isServerUrl(to))
    throw new ConfigError([
      {
        setting: 'archive',
        message: `needs the embedded engine, but the events were moved to ${describeConnection(to)}`,
      },
    ]);
  logger.warn(
    { movedAt: note.at },
    `the events were moved to ${describeConnection(to)}, which is used although the setting \`connection\` names ${describeConnection(config.connection)}; ${connectionAdvice(to)}`,
  );
  return { ...config, connection: to };
}

export const connectionAdvice = (to: string | undefined): string =>
  to === undefined ? 'remove the setting `connection`' : `set \`connection\` to ${describeConnection(to)}`;

/** From when it returns on, every start uses the new place. If it throws, none does. @param configured the setting, whatever was in use */
export function noteMoved(
  dataDir: string,
  configured: string | undefined,
  to: string | undefined,
  nowMs: number,
  logger: Pick<Logger, 'warn'>,
): void {
  const path = pathOf(dataDir);
  if (isSamePlace(configured, to, dataDir)) rmSync(path, { force: true });
  else {
    const note: MovedNote = {
      version: VERSION,
      from: configured ?? null,
      to: to ?? null,
      at: new Date(nowMs).toISOString(),
    };
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeFileSync(file, JSON.stringify(note));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
  }
  // It counts from here on, for this run too: a failure must not bring the old place back.
  try {
    const directory = openSync(dataDir, 'r');
    fsyncSync(directory);
    closeSync(directory);
  } catch (error) {
    logger.warn({ err: error }, `${path} may not survive a power failure`);
  }
}

function readNote(dataDir: string): MovedNote | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const note = parsed(text);
  if (note === undefined)
    throw new Error(
      `${pathOf(dataDir)}, which says where \`seismo move\` has moved the events, can't be read. Set \`connection\` to that place and delete the file.`,
    );
  return note;
}

function parsed(text: string): MovedNote | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, from, to, at } = value as Record<string, unknown>;
  const isPlace = (place: unknown): place is string | null => place === null || typeof place === 'string';
  return version === VERSION && isPlace(from) && isPlace(to) && typeof at === 'string'
    ? { version, from, to, at }
    : undefined;
}
