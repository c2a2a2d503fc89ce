import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { isServed, socketPathOf } from '../app/data-directory-lock.ts';
import type { Offline } from '../app/offline.ts';
import { type Config, type ConfigSources, flagName, loadConfig } from '../config/config.ts';
import { SETTINGS, type SettingName } from '../config/settings.ts';
import { type Client, clientOf } from './client.ts';
import { CommandFailure } from './failure.ts';
import { type Output, outputOf } from './output.ts';

/** Options every command takes. */
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
    .addOption(new Option('--key <token>', 'an access token of an admin, for --server').env('SEISMO_KEY'));
}

export function withFiles(command: Command): Command {
  return command
    .option('--data <directory>', 'the data directory (default: the setting dataDir, ./seismo-data)')
    .option('--config <file>', 'a configuration file (default: seismo.config.js, .mjs or .json, if present)')
    .option('--json', 'print JSON');
}

/** A flag for each setting, under its name in kebab case. */
export function withSettings(command: Command): Command {
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { doc, allowed } = SETTINGS[name];
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
  /** A running server; undefined when none runs on the data directory. */
  readonly client: Client | undefined;
}

/** Finds the server the command is for. */
export async function sessionOf(options: CommonOptions): Promise<Session> {
  const output = outputOf(options);
  const config = await loadConfig(sourcesOf({ ...options }));
  const dataDir = resolve(config.dataDir);
  if (options.server !== undefined) {
    // An empty SEISMO_KEY is none.
    const key = options.key?.trim();
    if (!key)
      throw new CommandFailure('--server needs --key (or SEISMO_KEY), an access token of an admin from POST /auth.', 2);
    const url = options.server.replace(/\/+$/, '');
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new CommandFailure(`--server ${options.server} must be a URL like https://seismo.example.com.`, 2);
    return { output, config, dataDir, client: clientOf({ url, key }) };
  }
  const client = (await isServed(dataDir)) ? clientOf({ socketPath: socketPathOf(dataDir) }) : undefined;
  return { output, config, dataDir, client };
}

/** What a command asks about must be there: one that made an empty directory would answer for the wrong one. */
export function checkData({ dataDir }: Session): void {
  if (!existsSync(join(dataDir, 'registry')))
    throw new CommandFailure(
      `There is no Seismo data in ${dataDir}. Name the directory with --data, or start a server there (seismo start).`,
    );
}

/** Works on users and keys of the data directory while no server runs. */
export async function offline<T>({ config }: Session, work: (rooms: Offline) => Promise<T>): Promise<T> {
  // Loaded when needed: HTTP, journal and engine take half a second, which `--help` and a running server's client need not wait.
  const { openOffline } = await import('../app/offline.ts');
  const rooms = await openOffline(config);
  try {
    return await work(rooms);
  } finally {
    await rooms.close();
  }
}

/** The running server, or the rooms opened for this command alone, asked in the same words. */
export async function withServer<T>(session: Session, work: (client: Client) => Promise<T>): Promise<T> {
  const { client, config, dataDir, output } = session;
  if (client) return await work(client);
  output.note(`No server runs on ${dataDir}: opening it for this command …`);
  const { serveLocally } = await import('../app/serve.ts');
  const rooms = await serveLocally({ ...config, logLevel: 'silent' });
  try {
    return await work(clientOf({ socketPath: socketPathOf(dataDir) }));
  } finally {
    await rooms.close();
  }
}
