import type { Command } from 'commander';
import type { ImportAnswer, ImportProgress } from '../ingest/ingest.ts';
import { isMongoUrl } from '../mongo/connection-string.ts';
import type { Client } from './client.ts';
import { sessionOf, withCommon, withServer } from './common.ts';
import { FORMATS, PRESETS } from './import/formats.ts';
import type { ImportResult, ImportRun, Progress, Sink } from './import/run.ts';
import { type ImportOptions, mongoRunOf, runOf } from './import-options.ts';
import { mongoNotesOf, mongoSummaryOf, notesOf, summaryOf } from './import-summary.ts';
import { countText, type Output } from './output.ts';
import { progressBar } from './progress.ts';

export function addImport(program: Command): void {
  withCommon(program.command('import <file>'))
    .description(
      'import NDJSON, CSV, Parquet or a JSON array, compressed with gzip or not; "-" reads standard input; mongodb://host/database reads the events of the first Seismo',
    )
    .option('--app <app>', 'the app; with mongodb:// only its events (default there: each event goes to its own app)')
    .option(
      '--format <format>',
      `${FORMATS.join(', ')} (default: detected from the file), or the vendor of the export: ${PRESETS.join(', ')}`,
    )
    .option('--event <name>', 'the name of every event')
    .option('--event-from <column>', 'the column with the name')
    .option('--time <column>', 'the column with the time: ISO 8601, or seconds or milliseconds since 1970')
    .option('--user <column>', 'the column with the user; here and below, a.b is the field b of a')
    .option('--device <column>', 'the column with the anonymous id')
    .option('--session <column>', 'the column with the session')
    .option('--id-from <column>', 'the column that identifies a row; it becomes the uuid, so that each row counts once')
    .option(
      '--type <column=type>',
      'text, number or boolean, if the type of a column is not detected correctly; can be repeated',
      (type: string, before: readonly string[] | undefined) => [...(before ?? []), type],
    )
    .option('--delimiter <character>', 'the CSV delimiter (default: detected from the header)')
    .option('--rename-app', 'import events that name another app, such as its export, into this app')
    .option('--time-zone <zone>', 'the time zone of times without an offset', 'UTC')
    .option('--default-time <time>', 'the time of rows without one: ISO 8601, or now (default: such rows are rejected)')
    .option('--again', 'start from the first row even if the file was imported before; rows without a uuid count again')
    .addHelpText(
      'after',
      `
Without --event or --event-from, each row is an event as \`seismo export\` writes it. With one of them, the other options name
columns, and every other column becomes a property; CSV columns of numbers or booleans become numbers or booleans. Run an
interrupted import again to resume it; running a finished one again adds nothing. Standard input is a new import each time.
Rejected lines are listed with their line numbers.

Examples:
  seismo import shop.ndjson.gz --app shop
  seismo import visits.csv --app shop --event visit --time when --user who --time-zone Europe/Zurich
  zcat amplitude/*.json.gz | seismo import - --app shop --format amplitude
  zcat old/*.gz | seismo import - --app shop --event-from kind --time at --id-from id
  seismo import mongodb://localhost/seismodb`,
    )
    .action(async (file: string, options: ImportOptions) => {
      if (isMongoUrl(file)) return await importDatabase(file, options);
      const run = runOf(file, options);
      const session = await sessionOf(options);
      const result = await withServer(session, (client) => importFile(run, client, session.output));
      session.output.result(result, summaryOf(result));
      for (const line of notesOf(result)) session.output.note(line);
      if (result.rejectedTotal + result.rejectedBefore + result.unreadableTotal > 0) process.exitCode = 1;
    });
}

async function importDatabase(url: string, options: ImportOptions): Promise<void> {
  const run = mongoRunOf(url, options);
  const session = await sessionOf(options);
  const { runMongoImport } = await import('./import/mongodb/run.ts');
  const result = await withBar(session.output, run.app === undefined, 'documents', (onProgress) =>
    runMongoImport({ ...run, onProgress }, (work) => withServer(session, (client) => work(socketSink(client)))),
  );
  session.output.result(result, mongoSummaryOf(result));
  for (const line of mongoNotesOf(result)) session.output.note(line);
  if (result.rejectedTotal + result.rejectedBefore > 0) process.exitCode = 1;
}

async function importFile(run: Omit<ImportRun, 'sink'>, client: Client, output: Output): Promise<ImportResult> {
  const { runImport } = await import('./import/run.ts');
  return await withBar(output, run.path !== '-', 'rows', (onProgress) =>
    runImport({ ...run, sink: socketSink(client), onProgress }),
  );
}

/** @param hasEnd whether progress has a share */
async function withBar<T>(
  output: Output,
  hasEnd: boolean,
  noun: string,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const bar = progressBar(output.json, 'imported', hasEnd);
  const started = performance.now();
  let first: number | undefined;
  try {
    return await work(({ rows, share, waitsFor }) => {
      first ??= rows;
      const rate = Math.round(((rows - first) * 1000) / (performance.now() - started));
      const text = `${countText(rows)} ${noun}, ${countText(rate)}/s`;
      bar.update(share ?? rows, waitsFor === undefined ? text : `${text}; waiting: ${waitsFor}`);
    });
  } finally {
    bar.stop();
  }
}

function socketSink(client: Client): Sink {
  const at = (app: string, fingerprint: string): string =>
    `/admin/import/${encodeURIComponent(app)}?fingerprint=${fingerprint}`;
  return {
    async progress(app, fingerprint) {
      const { rows, rejected = 0 } = (await client.json('GET', at(app, fingerprint))) as Partial<ImportProgress>;
      return { rows: rows ?? 0, rejected };
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
