import { existsSync } from 'node:fs';
import { zoneNamed } from '../time/zone-spans.ts';
import type { CommonOptions } from './common.ts';
import { CommandFailure } from './failure.ts';
import { COLUMN_TYPES, type ColumnType, type GivenTypes } from './import/column-types.ts';
import { FORMATS, PRESETS } from './import/formats.ts';
import { localTime } from './import/local-time.ts';
import type { Mapping } from './import/mapping.ts';
import type { ImportRun } from './import/run.ts';

export interface ImportOptions extends CommonOptions {
  readonly app: string;
  readonly format?: string;
  readonly event?: string;
  readonly eventFrom?: string;
  readonly time?: string;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly idFrom?: string;
  readonly type?: readonly string[];
  readonly delimiter?: string;
  readonly renameApp?: boolean;
  readonly timeZone: string;
  readonly defaultTime?: string;
  readonly again?: boolean;
}

/** What is wrong with the question itself is said before anything is opened. */
export function runOf(path: string, options: ImportOptions): Omit<ImportRun, 'sink'> {
  const { app, defaultTime } = options;
  const format = FORMATS.find((each) => each === options.format);
  const preset = PRESETS.find((each) => each === options.format);
  if (options.format !== undefined && format === undefined && preset === undefined)
    throw new CommandFailure(`--format must be one of ${[...FORMATS, ...PRESETS].join(', ')}.`, 2);
  if (preset !== undefined && namesOf(options).length > 0)
    throw new CommandFailure(`--format ${preset} says what the columns mean: leave out --${namesOf(options)[0]}.`, 2);
  const mapping = mappingOf(options);
  if (path !== '-' && !existsSync(path)) throw new CommandFailure(`There is no file ${path}.`, 2);
  const defaultTimeMs = defaultTime === 'now' ? Date.now() : timeOf(defaultTime ?? '', mapping.timeZone);
  if (defaultTime !== undefined && Number.isNaN(defaultTimeMs))
    throw new CommandFailure('--default-time must be ISO 8601, like 2026-11-24T12:00:00Z, or now.', 2);
  return {
    path,
    app,
    ...(format && { format }),
    ...(preset && { preset }),
    ...(options.again && { again: true }),
    ...(defaultTime !== undefined && { defaultTimeMs }),
    mapping,
  };
}

/** Options that say what columns mean, as they are spelled. */
function namesOf(options: ImportOptions): string[] {
  const { event, eventFrom, time, user, device, session, idFrom, type, renameApp } = options;
  const given = { event, 'event-from': eventFrom, time, user, device, session, 'id-from': idFrom, type };
  return Object.entries({ ...given, 'rename-app': renameApp })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
}

function mappingOf(options: ImportOptions): Mapping {
  const { event, eventFrom, time, user, device, session, idFrom, renameApp, defaultTime } = options;
  const timeZone = zoneNamed(options.timeZone);
  if (timeZone === undefined) throw new CommandFailure(`--time-zone ${options.timeZone} is not an IANA zone.`, 2);
  if (event !== undefined && eventFrom !== undefined)
    throw new CommandFailure('--event names every event and --event-from a column: give one of them.', 2);
  const isNamed = event !== undefined || eventFrom !== undefined;
  const others = namesOf(options).filter((name) => name !== 'rename-app');
  if (others.length > 0 && !isNamed)
    throw new CommandFailure(`With --${others[0]}, name the events: --event or --event-from.`, 2);
  if (renameApp && isNamed)
    throw new CommandFailure(
      '--rename-app is for events of another app; rows with --event or --event-from have no app.',
      2,
    );
  const delimiter = delimiterOf(options.delimiter);
  const types = typesOf(options.type);
  return {
    timeZone,
    ...(event && { event }),
    ...(eventFrom && { eventFrom }),
    ...(time && { time }),
    ...(user && { user }),
    ...(device && { device }),
    ...(session && { session }),
    ...(idFrom && { idFrom }),
    ...(types && { types }),
    ...(delimiter && { delimiter }),
    ...(renameApp && { renameApp: true as const }),
    ...(defaultTime !== undefined && { defaultTime }),
  };
}

function delimiterOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text === 'tab' || text === '\\t') return '\t';
  if (text.length === 1 && !/["\r\n]/.test(text)) return text;
  throw new CommandFailure('--delimiter must be one character, like ; or |, or the word tab.', 2);
}

function typesOf(given: readonly string[] | undefined): GivenTypes | undefined {
  if (given === undefined) return undefined;
  const types: Record<string, ColumnType> = Object.create(null);
  for (const text of given) {
    const end = text.lastIndexOf('=');
    const type = COLUMN_TYPES.find((each) => each === text.slice(end + 1));
    if (end < 1 || type === undefined)
      throw new CommandFailure(`--type ${text} must be column=type, with one of ${COLUMN_TYPES.join(', ')}.`, 2);
    types[text.slice(0, end)] = type;
  }
  return types;
}

function timeOf(text: string, timeZone: string): number {
  const time = localTime(text, timeZone, false);
  return typeof time === 'number' ? time : Date.parse(text);
}
