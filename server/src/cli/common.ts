import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { isServed, socketPathOf } from '../app/data-directory-lock.ts';
import type { Offline } from '../app/offline.ts';
import { type Config, type ConfigSources, flagName, loadConfig } from '../config/config.ts';
import { SETTINGS, type SettingName } from '../config/settings.ts';
import { otherOwner } from '../system/data-owner.ts';
import { type Client, clientOf } from './client.ts';
import { CommandFailure } from './failure.ts';
import { type Output, outputOf } from './output.ts';

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly data?: string;
  readonly config?: string;
  readonly server?: string;
  readonly key?: string;
}

export function withCommon(command: Command): Command {
  return withFiles(command)
    .option('--server <url>', 'a Seismo server on another machine; needs --key')
    .addOption(
      new Option('--key <token>', 'an access token of an admin, for --server; `track` needs only a write key').env(
        'SEISMO_KEY',
      ),
    );
}

export function withFiles(command: Command): Command {
  return command
    .option('--data <directory>', 'the data directory (default: the setting dataDir, ./seismo-data)')
    .option('--config <file>', 'a configuration file (default: seismo.config.js, .mjs or .json, if present)')
    .option('--json', 'print JSON');
}

/** A flag for each setting, named in kebab case. */
export function withSettings(command: Command): Command {
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { allowed } = SETTINGS[name];
    // Links are for the documentation.
    const doc = SETTINGS[name].doc.replaceAll(/ ?\(\[[^\]]*\]\([^)]*\)\)|\[([^\]]*)\]\([^)]*\)/g, '$1');
    if (name === 'dataDir') continue;
    command.addOption(new Option(`${flagName(name)} <value>`, `${doc} (${allowed})`).helpGroup('Settings:'));
  }
  return command;
}

export function sourcesOf(options: CommonOptions & Readonly<Record<string, unknown>>): ConfigSources {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(SETTINGS)) if (options[name] !== undefined) given[name] = options[name];
  if (options.data !== undefined) given['dataDir'] = options.data;
  return { file: options.config, given, areFlags: true };
}

export interface Session {
  readonly output: Output;
  readonly config: Config;
  /** Absolute. */
  readonly dataDir: string;
  /** The running server, or undefined if none is using the data directory. */
  readonly client: Client | undefined;
}

/** Finds the server for a command. */
export async function sessionOf(options: CommonOptions): Promise<Session> {
  const output = outputOf(options);
  const config = await loadConfig(sourcesOf({ ...options }));
  const dataDir = resolve(config.dataDir);
  if (options.server !== undefined) {
    // An empty SEISMO_KEY counts as absent.
    const key = options.key?.trim();
    if (!key)
      throw new CommandFailure(
        '`--server` needs `--key` (or `SEISMO_KEY`): an access token of an admin, from `POST /auth`; for `track` a write key.',
        2,
      );
    const url = options.server.replace(/\/+$/, '');
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new CommandFailure(
        `\`--server\` must be a URL such as \`https://seismo.example.com\`, not \`${options.server}\`.`,
        2,
      );
    return { output, config, dataDir, client: clientOf({ url, key }) };
  }
  const client = (await isServed(dataDir)) ? clientOf({ socketPath: socketPathOf(dataDir) }) : undefined;
  if (!client) checkOwner(dataDir);
  return { output, config, dataDir, client };
}

/** The data a command asks about must exist: creating an empty directory would give an answer about the wrong one. */
export function checkData({ dataDir }: Session): void {
  if (!existsSync(join(dataDir, 'registry')))
    throw new CommandFailure(
      `There is no Seismo data in ${dataDir}. Name the directory with \`--data\` or a server elsewhere with \`--server\`, or start a server there with \`seismo start\`.`,
    );
}

/**
 * Without a server, a command opens the data directory itself. As another user it would leave files there that the server can't open.
 * @throws CommandFailure
 */
function checkOwner(dataDir: string): void {
  const other = otherOwner(dataDir);
  if (other === undefined) return;
  const whose = `The data directory ${dataDir} belongs to another user (${other.name}), and no server is running on it`;
  const why = other.isRoot ? ': the server could not open files that root leaves there' : '';
  throw new CommandFailure(
    `${whose}${why}. Run the command as that user, with \`sudo -u ${other.name}\`, or start the server first.`,
  );
}

/** Works on users and keys of the data directory while no server is running. */
export async function offline<T>({ config }: Session, work: (rooms: Offline) => Promise<T>): Promise<T> {
  // Loaded on demand: HTTP, journal and engine take half a second, which `--help` and clients of a running server need not wait for.
  const { openOffline } = await import('../app/offline.ts');
  const rooms = await openOffline(config);
  try {
    return await work(rooms);
  } finally {
    await rooms.close();
  }
}

/** Loaded by the commands that need them: with their 250 modules every command, `--version` too, would start in twice the time. */
export async function loadRequests() {
  const [requests, { parse }] = await Promise.all([import('../auth/requests.ts'), import('../model/schema-check.ts')]);
  return { ...requests, parse };
}

/** The running server, or the modules opened for this command only; both are used in the same way. */
export async function withServer<T>(session: Session, work: (client: Client) => Promise<T>): Promise<T> {
  const { client, config, dataDir, output } = session;
  if (client) return await work(client);
  output.note(`No server is running on ${dataDir}. Opening it for this command …`);
  const { serveLocally } = await import('../app/serve.ts');
  const rooms = await serveLocally({ ...config, logLevel: 'silent' });
  try {
    return await work(clientOf({ socketPath: socketPathOf(dataDir) }));
  } finally {
    await rooms.close();
  }
}
