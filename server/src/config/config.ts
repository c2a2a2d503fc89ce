/**
 * File, environment and flags, in this order of rising precedence → one frozen Config. The only reader of process.env.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMongoUrl } from '../mongo/connection-string.ts';
import { ConfigError, type ConfigFault } from './config-error.ts';
import { isServerUrl, withCluster } from './server-addresses.ts';
import { type Config, SETTINGS, type Setting, type SettingName } from './settings.ts';

export type { Config } from './settings.ts';

export interface ConfigSources {
  /** From `--config`. Absent: seismo.config.js, .mjs or .json in `directory`, if present. */
  readonly file?: string | undefined;
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** By setting name, from code or from flags. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** `given` comes from the command line, so errors name the flag. */
  readonly areFlags?: boolean;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The source of each value: `default`, the name of the file, of the environment variable or of the flag. */
  readonly origins: Readonly<Record<string, string>>;
}

interface Given {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
}

const FILES = ['seismo.config.js', 'seismo.config.mjs', 'seismo.config.json'];
const NAMES = Object.keys(SETTINGS) as SettingName[];
/** Read by the command line and by programs that use a client, not settings of the server. */
const OTHER_NAMES = new Set(['SEISMO_KEY', 'SEISMO_READ_KEY']);
/** Kubernetes sets these variables if a service is called "seismo": `SEISMO_PORT` is then `tcp://10.0.0.1:3005`. */
const isFromKubernetes = (name: string, value: string): boolean =>
  /^SEISMO_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP))/.test(name) ||
  (name === 'SEISMO_PORT' && /^(tcp|udp):/.test(value));

/** `journalMaxBytes` → `SEISMO_JOURNAL_MAX_BYTES`. */
export const environmentName = (name: string): string =>
  `SEISMO_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** `journalMaxBytes` → `--journal-max-bytes`. */
export const flagName = (name: string): string =>
  name === 'dataDir' ? '--data' : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @throws ConfigError with everything that is wrong */
export const loadConfig = async (sources: ConfigSources = {}): Promise<Config> => (await explainConfig(sources)).config;

/** @throws ConfigError with everything that is wrong */
export async function explainConfig(sources: ConfigSources = {}): Promise<LoadedConfig> {
  const directory = sources.directory ?? process.cwd();
  const environment = sources.environment ?? process.env;
  const faults: ConfigFault[] = [];
  const values = new Map<string, Given>();
  const given = [
    ...(await fromFile(sources.file, directory, faults)),
    ...fromEnvironment(environment),
    ...Object.entries(sources.given ?? {}).map(([name, value]) => ({
      name,
      value,
      origin: sources.areFlags ? flagName(name) : 'code',
    })),
  ];
  for (const each of given) {
    if (each.value === undefined) continue;
    if (each.name in SETTINGS) values.set(each.name, each);
    else faults.push({ setting: each.name, message: `is not a setting${from(each)}${hint(each.name)}` });
  }

  const config: Record<string, unknown> = {};
  for (const name of NAMES) {
    const setting: Setting<unknown> = SETTINGS[name];
    const found = values.get(name);
    try {
      config[name] = found === undefined ? setting.default : setting.parse(found.value);
    } catch (error) {
      const { message } = error as Error;
      const allowed = message.includes(setting.allowed) ? '' : ` (allowed: ${setting.allowed})`;
      faults.push({ setting: name, message: `${message}${allowed}${found === undefined ? '' : from(found)}` });
    }
  }
  const origins = Object.fromEntries(NAMES.map((name) => [name, values.get(name)?.origin ?? 'default']));
  settleArchive(config, origins, faults);
  settleCluster(config, origins, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return { config: Object.freeze(config) as Config, origins };
}

/** `connection: mongodb://…` is another way to write `archive`. */
function settleArchive(config: Record<string, unknown>, origins: Record<string, string>, faults: ConfigFault[]): void {
  const { connection, archive } = config;
  if (typeof connection === 'string' && isMongoUrl(connection)) {
    if (archive !== undefined && archive !== connection)
      faults.push({ setting: 'archive', message: 'names another MongoDB database than `connection`; leave one out' });
    config['archive'] = connection;
    origins['archive'] = origins['connection'] ?? 'default';
    config['connection'] = undefined;
    origins['connection'] = 'default';
  } else if (archive !== undefined && isServerUrl(connection as string | undefined))
    faults.push({
      setting: 'archive',
      message: 'needs the embedded engine; leave it out, or leave out the ClickHouse server in `connection`',
    });
}

function settleCluster(
  config: Record<string, unknown>,
  origins: Readonly<Record<string, string>>,
  faults: ConfigFault[],
): void {
  const { connection, cluster } = config as { connection: string | undefined; cluster: string | undefined };
  if (cluster === undefined) return;
  if (isServerUrl(connection)) config['connection'] = withCluster(connection, cluster);
  else
    faults.push({
      setting: 'cluster',
      message: `needs \`connection\` with the URLs of all nodes of the cluster [${origins['cluster']}]`,
    });
}

/** The source of a wrong value, for the person who has to change it. */
const from = ({ name, origin }: Given): string => (origin === 'code' || origin === name ? '' : ` [${origin}]`);

const isBlank = (value: string | undefined): value is '' | undefined => value === undefined || value.trim() === '';

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Given[] {
  const known = new Map(NAMES.map((name) => [environmentName(name), name]));
  const given: Given[] = [];
  if (!isBlank(environment['PORT'])) given.push({ name: 'port', value: environment['PORT'], origin: 'PORT' });
  // An empty variable counts as absent: `SEISMO_USERS=` in a file of variables, or `${VARIABLE}` that is not set.
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith('SEISMO_') && !isBlank(value) && !OTHER_NAMES.has(name) && !isFromKubernetes(name, value))
      given.push({ name: known.get(name) ?? name, value, origin: name });
  return given;
}

async function fromFile(path: string | undefined, directory: string, faults: ConfigFault[]): Promise<Given[]> {
  const found =
    path === undefined ? FILES.map((name) => join(directory, name)).find(existsSync) : resolve(directory, path);
  if (found === undefined) return [];
  if (!existsSync(found)) {
    faults.push({ setting: '--config', message: `there is no file ${found}` });
    return [];
  }
  try {
    const content: unknown = found.endsWith('.json')
      ? JSON.parse(readFileSync(found, 'utf8'))
      : ((await import(pathToFileURL(found).href)) as { default?: unknown }).default;
    if (typeof content === 'object' && content !== null && !Array.isArray(content))
      return Object.entries(content).map(([name, value]) => ({ name, value, origin: basename(found) }));
    faults.push({ setting: '--config', message: `${found} must export an object of settings` });
  } catch (error) {
    faults.push({ setting: '--config', message: `${found} can't be read: ${(error as Error).message}` });
  }
  return [];
}

/** The setting with the most similar name, if one is similar enough. */
function hint(name: string): string {
  const plain = name
    .replace(/^SEISMO_/, '')
    .replaceAll('_', '')
    .toLowerCase();
  const near =
    plain.length < 3
      ? undefined
      : NAMES.find((known) => {
          const other = known.toLowerCase();
          return other.includes(plain) || plain.includes(other) || distance(plain, other) <= 2;
        });
  return near === undefined ? '' : `; did you mean \`${near}\` (\`${environmentName(near)}\`)?`;
}

/** The Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** The settings in effect, with secrets masked: for `seismo config` and the log. */
export function maskedConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const value = config[name];
      if (!(SETTINGS[name] as Setting<unknown>).secret || value === undefined) return [name, value];
      if (name === 'connection') return [name, String(value).replaceAll(/\/\/[^@/]*@/g, '//***@')];
      // Options may have secrets too.
      if (name === 'archive')
        return [
          name,
          String(value)
            .replace(/\/\/.*@/s, '//***@')
            .replace(/\?.*/s, '?***'),
        ];
      if (name === 'users') return [name, Object.fromEntries(Object.keys(config.users).map((user) => [user, '***']))];
      return [name, '***'];
    }),
  );
}

/** What `GET /` answers as `env`, as in Seismo 1. */
export const nodeEnvironment = (): string => process.env['NODE_ENV']?.trim() || 'production';

/** Set by our image. The log is then read outside of the container, where the container's host name is its id. */
export const isInContainer = (): boolean => Boolean(process.env['container']);
