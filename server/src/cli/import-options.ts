import { existsSync } from 'node:fs';
import { wordList } from '../model/word-list.ts';
import { dateTimeOf } from '../time/parse-date-time.ts';
import { zoneNamed } from '../time/zone-spans.ts';
import type { CommonOptions } from './common.ts';
import { CommandFailure } from './failure.ts';
import { COLUMN_TYPES, type ColumnType, type GivenTypes } from './import/column-types.ts';
import { FORMATS, PRESETS } from './import/formats.ts';
import { localTime } from './import/local-time.ts';
import type { Mapping } from './import/mapping.ts';
import type { MongoImportRun } from './import/mongodb/run.ts';
import type { ImportRun } from './import/run.ts';

export interface ImportOptions extends CommonOptions {
  readonly app?: string;
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

/** For a database of the first Seismo. */
export function mongoRunOf(url: string, options: ImportOptions): MongoImportRun {
  const { app, format, delimiter, defaultTime, renameApp, again } = options;
  const timeZone = timeZoneOf(options);
  const { 'rename-app': _, ...columns } = givenOf(options);
  const [wrong] = Object.entries({ ...columns, format, delimiter, 'default-time': defaultTime })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (wrong !== undefined)
    throw new CommandFailure(
      `\`--${wrong}\` is for files. The events of the first Seismo in MongoDB have a fixed shape.`,
      2,
    );
  if (renameApp && app === undefined)
    throw new CommandFailure('`--rename-app` needs `--app`, the app that all events are imported into.', 2);
  return { url, app, renameApp, again, timeZone };
}

/** Reports wrong options before anything is opened. */
export function runOf(path: string, options: ImportOptions): Omit<ImportRun, 'sink'> {
  const { app, defaultTime } = options;
  if (app === undefined) throw new CommandFailure('`--app` is missing. Name the app that the events belong to.', 2);
  const format = FORMATS.find((each) => each === options.format);
  const preset = PRESETS.find((each) => each === options.format);
  if (options.format !== undefined && format === undefined && preset === undefined)
    throw new CommandFailure(`\`--format\` must be ${wordList([...FORMATS, ...PRESETS], 'or')}.`, 2);
  if (preset !== undefined && namesOf(options).length > 0)
    throw new CommandFailure(
      `\`--format ${preset}\` already defines what the columns mean. Remove \`--${namesOf(options)[0]}\`.`,
      2,
    );
  const mapping = mappingOf(options);
  if (path !== '-' && !existsSync(path)) throw new CommandFailure(`There is no file ${path}.`, 2);
  const defaultTimeMs = defaultTime === 'now' ? Date.now() : timeOf(defaultTime ?? '', mapping.timeZone);
  if (defaultTime !== undefined && Number.isNaN(defaultTimeMs))
    throw new CommandFailure('`--default-time` must be an ISO 8601 time such as 2026-11-24T12:00:00Z, or `now`.', 2);
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

/** The given options that define columns, as flags are spelled. */
function namesOf(options: ImportOptions): string[] {
  return Object.entries(givenOf(options))
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
}

function givenOf({ event, eventFrom, time, user, device, session, idFrom, type, renameApp }: ImportOptions) {
  const columns = { event, 'event-from': eventFrom, time, user, device, session, 'id-from': idFrom, type };
  return { ...columns, 'rename-app': renameApp };
}

function mappingOf(options: ImportOptions): Mapping {
  const { event, eventFrom, time, user, device, session, idFrom, renameApp, defaultTime } = options;
  const timeZone = timeZoneOf(options);
  if (event !== undefined && eventFrom !== undefined)
    throw new CommandFailure(
      "`--event` and `--event-from` can't be combined. `--event` names every event; `--event-from` names a column.",
      2,
    );
  const isNamed = event !== undefined || eventFrom !== undefined;
  const others = namesOf(options).filter((name) => name !== 'rename-app');
  if (others.length > 0 && !isNamed)
    throw new CommandFailure(`\`--${others[0]}\` needs \`--event\` or \`--event-from\`, which name the events.`, 2);
  if (renameApp && isNamed)
    throw new CommandFailure(
      "`--rename-app` can't be combined with `--event` or `--event-from`: such rows have no app.",
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

function timeZoneOf({ timeZone }: ImportOptions): string {
  const zone = zoneNamed(timeZone);
  if (zone !== undefined) return zone;
  throw new CommandFailure(
    `\`--time-zone\` must be an IANA time zone such as \`Europe/Berlin\`, not \`${timeZone}\`.`,
    2,
  );
}

function delimiterOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text === 'tab' || text === '\\t') return '\t';
  if (text.length === 1 && !/["\r\n]/.test(text)) return text;
  throw new CommandFailure('`--delimiter` must be one character, such as `;` or `|`, or the word `tab`.', 2);
}

function typesOf(given: readonly string[] | undefined): GivenTypes | undefined {
  if (given === undefined) return undefined;
  const types: Record<string, ColumnType> = Object.create(null);
  for (const text of given) {
    const end = text.lastIndexOf('=');
    const type = COLUMN_TYPES.find((each) => each === text.slice(end + 1));
    if (end < 1 || type === undefined)
      throw new CommandFailure(
        `\`--type\` must be \`column=type\`, where the type is ${wordList(COLUMN_TYPES, 'or')}, not \`${text}\`.`,
        2,
      );
    types[text.slice(0, end)] = type;
  }
  return types;
}

function timeOf(text: string, timeZone: string): number {
  const time = localTime(text, timeZone, false);
  return typeof time === 'number' ? time : (dateTimeOf(text, timeZone) ?? Number.NaN);
}
