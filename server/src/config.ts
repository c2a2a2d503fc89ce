/**
 * File, environment and flags, in this order of rising precedence → one frozen Config. The only reader of process.env.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError, type ConfigFault } from './config-error.ts';
import { type Config, SETTINGS, type Setting, type SettingName } from './settings.ts';

export type { Config } from './settings.ts';

export interface ConfigSources {
  /** `--config`; absent: seismo.config.js, .mjs or .json in `directory`, when there is one. */
  readonly file?: string | undefined;
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** By setting name, from flags or from code. */
  readonly given?: Readonly<Record<string, unknown>>;
}

const FILES = ['seismo.config.js', 'seismo.config.mjs', 'seismo.config.json'];
const NAMES = Object.keys(SETTINGS) as SettingName[];

/** `journalMaxBytes` → `SEISMO_JOURNAL_MAX_BYTES`. */
export const environmentName = (name: string): string =>
  `SEISMO_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** @throws ConfigError with every fault */
export async function loadConfig(sources: ConfigSources = {}): Promise<Config> {
  const directory = sources.directory ?? process.cwd();
  const environment = sources.environment ?? process.env;
  const faults: ConfigFault[] = [];
  const values = new Map<string, unknown>();
  const take = (from: string, given: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue;
      if (name in SETTINGS) values.set(name, value);
      else faults.push({ setting: name, message: `is not a setting (${from})${hint(name)}` });
    }
  };
  take('configuration file', await readFile(sources.file, directory, faults));
  take('environment', fromEnvironment(environment));
  take('flags', sources.given ?? {});

  const config: Record<string, unknown> = {};
  for (const name of NAMES) {
    const setting: Setting<unknown> = SETTINGS[name];
    try {
      config[name] = values.has(name) ? setting.parse(values.get(name)) : setting.default;
    } catch (error) {
      faults.push({ setting: name, message: `${(error as Error).message} (allowed: ${setting.allowed})` });
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config) as Config;
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const known = new Map(NAMES.map((name) => [environmentName(name), name]));
  const given: Record<string, unknown> = {};
  if (environment['PORT']) given['port'] = environment['PORT'];
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith('SEISMO_') && value !== undefined) given[known.get(name) ?? name] = value;
  return given;
}

async function readFile(
  given: string | undefined,
  directory: string,
  faults: ConfigFault[],
): Promise<Readonly<Record<string, unknown>>> {
  const path =
    given === undefined ? FILES.map((name) => join(directory, name)).find(existsSync) : resolve(directory, given);
  if (path === undefined) return {};
  if (!existsSync(path)) {
    faults.push({ setting: '--config', message: `there is no file ${path}` });
    return {};
  }
  try {
    const content: unknown = path.endsWith('.json')
      ? JSON.parse(readFileSync(path, 'utf8'))
      : ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
    if (typeof content === 'object' && content !== null && !Array.isArray(content))
      return content as Record<string, unknown>;
    faults.push({ setting: '--config', message: `${path} must export an object of settings` });
  } catch (error) {
    faults.push({ setting: '--config', message: `${path} cannot be read: ${(error as Error).message}` });
  }
  return {};
}

/** The setting whose name is nearest, when one is near. */
function hint(name: string): string {
  const plain = name
    .replace(/^SEISMO_/, '')
    .replaceAll('_', '')
    .toLowerCase();
  const near = NAMES.find((known) => {
    const other = known.toLowerCase();
    return other.includes(plain) || plain.includes(other) || distance(plain, other) <= 2;
  });
  return near === undefined ? '' : `; did you mean ${near} (${environmentName(near)})?`;
}

/** Levenshtein. */
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

/** What is in force, with secrets masked: for `seismo config` and the log. */
export function maskedConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const value = config[name];
      if (!(SETTINGS[name] as Setting<unknown>).secret || value === undefined) return [name, value];
      if (name === 'connection') return [name, String(value).replace(/\/\/[^@/]*@/, '//***@')];
      if (name === 'users') return [name, Object.fromEntries(Object.keys(config.users).map((user) => [user, '***']))];
      return [name, '***'];
    }),
  );
}

/** What `GET /` answers as `env`, as the first Seismo did. */
export const nodeEnvironment = (): string => process.env['NODE_ENV'] ?? 'production';
