import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { type App, openApp } from '../app.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Offline, openOffline } from '../offline.ts';
import { SETTINGS, type SettingName } from '../settings.ts';
import { type Client, clientOf, isServed, socketOf } from './client.ts';
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
  return command
    .option('--data <directory>', 'the data directory (setting dataDir)')
    .option('--config <file>', 'a configuration file')
    .option('--server <url>', 'a Seismo server elsewhere, with --key')
    .addOption(new Option('--key <token>', 'an access token of an admin, for --server').env('SEISMO_KEY'))
    .option('--json', 'print JSON');
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A flag for each setting, under its name in kebab case. */
export function withSettings(command: Command): Command {
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { doc, allowed } = SETTINGS[name];
    if (name !== 'dataDir') command.option(`--${kebab(name)} <value>`, `${doc} (${allowed})`);
  }
  return command;
}

export async function configOf(options: CommonOptions & Readonly<Record<string, unknown>>): Promise<Config> {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(SETTINGS)) if (options[name] !== undefined) given[name] = options[name];
  if (options.data !== undefined) given['dataDir'] = options.data;
  return await loadConfig({ file: options.config, given });
}

export interface Session {
  readonly output: Output;
  readonly config: Config;
  /** A running server; undefined when none runs on the data directory. */
  readonly client: Client | undefined;
}

/** Finds the server the command is for. */
export async function sessionOf(options: CommonOptions): Promise<Session> {
  const output = outputOf(options);
  const config = await configOf(options as CommonOptions & Record<string, unknown>);
  if (options.server !== undefined) {
    if (options.key === undefined) throw new CommandFailure('--server needs --key, a token of an admin.', 2);
    return { output, config, client: clientOf({ url: options.server.replace(/\/+$/, ''), key: options.key }) };
  }
  const dataDir = resolve(config.dataDir);
  const client = (await isServed(dataDir)) ? clientOf({ socketPath: socketOf(dataDir) }) : undefined;
  return { output, config, client };
}

/** Works on users and keys of the data directory while no server runs. */
export async function offline<T>(config: Config, work: (rooms: Offline) => Promise<T>): Promise<T> {
  const rooms = await openOffline(config);
  try {
    return await work(rooms);
  } finally {
    await rooms.close();
  }
}

/** Works on the rooms themselves while no server runs: the engine is started for it. */
export async function withRooms<T>({ config }: Session, work: (app: App) => Promise<T>): Promise<T> {
  const app = await openApp(config, { logger: pino({ level: 'silent' }) });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}
