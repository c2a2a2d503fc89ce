import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { ImportAnswer } from '../ingest/ingest.ts';
import { zoneNamed } from '../time.ts';
import type { Client } from './client.ts';
import { type CommonOptions, sessionOf, withCommon, withServer } from './common.ts';
import { CommandFailure } from './failure.ts';
import { FORMATS } from './import/formats.ts';
import { localTime } from './import/local-time.ts';
import type { ImportResult, ImportRun, Sink } from './import/run.ts';
import { countOf, countText, type Output } from './output.ts';
import { progressBar } from './progress.ts';

interface ImportOptions extends CommonOptions {
  readonly app: string;
  readonly format?: string;
  readonly event?: string;
  readonly eventFrom?: string;
  readonly time?: string;
  readonly user?: string;
  readonly idFrom?: string;
  readonly timeZone: string;
  readonly defaultTime?: string;
  readonly again?: boolean;
}

export function addImport(program: Command): void {
  withCommon(program.command('import <file>'))
    .description('import NDJSON, CSV, Parquet or a JSON array, gzip or not; "-" is standard input')
    .requiredOption('--app <app>', 'the app')
    .option('--format <format>', `${FORMATS.join(', ')}; seen by the file unless given`)
    .option('--event <name>', 'the name of every event')
    .option('--event-from <column>', 'the column that holds the name')
    .option('--time <column>', 'the column that holds the time: ISO 8601, or seconds or milliseconds since 1970')
    .option('--user <column>', 'the column that holds the user')
    .option('--id-from <column>', 'the column that tells rows apart: it becomes the uuid, so that a row counts once')
    .option('--time-zone <zone>', 'for times without offset', 'UTC')
    .option('--default-time <time>', 'when rows without a time happened: ISO 8601, or now; else they are refused')
    .option('--again', 'from the first row, though the file was imported before: rows without a uuid count again')
    .addHelpText(
      'after',
      `
Without --event, --event-from, --time, --user and --id-from, rows are events already, as \`seismo export\` writes them.
With them, all other columns become properties. An import that was interrupted goes on when it is run again, and one that
was finished adds nothing; standard input is a new import each time. Lines that are refused are told with their numbers.

Examples:
  seismo import shop.ndjson.gz --app shop
  seismo import visits.csv --app shop --event visit --time when --user who --time-zone Europe/Zurich
  zcat old/*.gz | seismo import - --app shop --event-from kind --time at --id-from id`,
    )
    .action(async (file: string, options: ImportOptions) => {
      const run = runOf(file, options);
      const session = await sessionOf(options);
      const result = await withServer(session, (client) => importFile(run, client, session.output));
      session.output.result(result, summaryOf(result));
      for (const line of faultsOf(result)) session.output.note(line);
      if (result.rejectedTotal > 0 || result.unreadableTotal > 0) process.exitCode = 1;
    });
}

/** What is wrong with the question itself is said before anything is opened. */
function runOf(path: string, options: ImportOptions): Omit<ImportRun, 'sink'> {
  const { app, event, eventFrom, time, user, idFrom } = options;
  const format = FORMATS.find((each) => each === options.format);
  if (options.format !== undefined && format === undefined)
    throw new CommandFailure(`--format must be one of ${FORMATS.join(', ')}.`, 2);
  const timeZone = zoneNamed(options.timeZone);
  if (timeZone === undefined) throw new CommandFailure(`--time-zone ${options.timeZone} is not an IANA zone.`, 2);
  if (path !== '-' && !existsSync(path)) throw new CommandFailure(`There is no file ${path}.`, 2);
  const defaultTimeMs = options.defaultTime === 'now' ? Date.now() : timeOf(options.defaultTime ?? '', timeZone);
  if (options.defaultTime !== undefined && Number.isNaN(defaultTimeMs))
    throw new CommandFailure('--default-time must be ISO 8601, like 2026-11-24T12:00:00Z, or now.', 2);
  const isMapped = eventFrom !== undefined || time !== undefined || user !== undefined || idFrom !== undefined;
  if (event !== undefined && eventFrom !== undefined)
    throw new CommandFailure('--event names every event and --event-from a column: give one of them.', 2);
  if (isMapped && event === undefined && eventFrom === undefined)
    throw new CommandFailure('With --time, --user or --id-from, name the events: --event or --event-from.', 2);
  return {
    path,
    app,
    ...(format && { format }),
    ...(options.again && { again: true }),
    ...(options.defaultTime !== undefined && { defaultTimeMs }),
    mapping: {
      timeZone,
      ...(event && { event }),
      ...(eventFrom && { eventFrom }),
      ...(time && { time }),
      ...(user && { user }),
      ...(idFrom && { idFrom }),
      ...(options.defaultTime !== undefined && { defaultTime: options.defaultTime }),
    },
  };
}

function timeOf(text: string, timeZone: string): number {
  const time = localTime(text, timeZone, false);
  return typeof time === 'number' ? time : Date.parse(text);
}

async function importFile(run: Omit<ImportRun, 'sink'>, client: Client, output: Output): Promise<ImportResult> {
  const { runImport } = await import('./import/run.ts');
  const bar = progressBar(output.json, 'imported', run.path !== '-');
  const started = performance.now();
  let first: number | undefined;
  try {
    return await runImport({
      ...run,
      sink: socketSink(client),
      onProgress({ rows, share, waitsFor }) {
        first ??= rows;
        const rate = Math.round(((rows - first) * 1000) / (performance.now() - started));
        const text = `${countText(rows)} rows, ${countText(rate)}/s`;
        bar.update(share ?? rows, waitsFor === undefined ? text : `${text}; waiting: ${waitsFor}`);
      },
    });
  } finally {
    bar.stop();
  }
}

function socketSink(client: Client): Sink {
  const at = (app: string, fingerprint: string): string =>
    `/admin/import/${encodeURIComponent(app)}?fingerprint=${fingerprint}`;
  return {
    async importedRows(app, fingerprint) {
      return ((await client.json('GET', at(app, fingerprint))) as { rows: number }).rows;
    },
    async forget(app, fingerprint) {
      await client.json('DELETE', at(app, fingerprint));
    },
    async importRows(app, fingerprint, { lines, rowsFrom, rowsDone, defaultTime }) {
      const rest = defaultTime === undefined ? '' : `&defaultTime=${defaultTime}`;
      const path = `${at(app, fingerprint)}&rowsFrom=${rowsFrom}&rowsDone=${rowsDone}${rest}`;
      return (await client.lines(path, lines)) as ImportAnswer;
    },
  };
}

function summaryOf(result: ImportResult): string {
  const { rows, resumedAt, accepted, duplicates, rejectedTotal, unreadableTotal, doubtfulTotal } = result;
  const were = (count: number): string => `${countText(count)} ${count === 1 ? 'was' : 'were'}`;
  if (resumedAt > 0 && resumedAt === rows)
    return `All of this file (${countOf(rows, 'row')}) was imported before: nothing is added. --again begins anew.`;
  const parts = [`${countText(accepted)} of ${countOf(rows, 'row')} imported`];
  if (resumedAt > 0) parts.push(`${were(resumedAt)} already done`);
  if (duplicates > 0) parts.push(`${were(duplicates)} known`);
  if (rejectedTotal > 0) parts.push(`${were(rejectedTotal)} refused`);
  if (unreadableTotal > 0) parts.push(`${countOf(unreadableTotal, 'record')} could not be read`);
  if (doubtfulTotal > 0) parts.push(`${countOf(doubtfulTotal, 'time')} in doubt`);
  return `${parts.join(', ')}.`;
}

const FAULTS_SHOWN = 10;

function faultsOf({ format, ...result }: ImportResult): string[] {
  const place = format === 'parquet' ? 'row' : 'line';
  return [
    ...some(
      result.rejected.map(({ line, code, detail }) => `${place} ${line}: ${detail} (${code})`),
      result.rejectedTotal,
    ),
    ...some(
      result.unreadable.map(({ line, detail }) => `${place} ${line}: ${detail}`),
      result.unreadableTotal,
    ),
    ...some(
      result.doubtful.map(({ line, detail }) => `${place} ${line}: ${detail}`),
      result.doubtfulTotal,
    ),
  ];
}

function some(lines: readonly string[], total: number): string[] {
  const more = total - FAULTS_SHOWN;
  return [
    ...lines.slice(0, FAULTS_SHOWN).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${countText(more)} more; --json lists a thousand.`] : []),
  ];
}
