import type { Command } from 'commander';
import type { ImportAnswer } from '../ingest/ingest.ts';
import { zoneNamed } from '../time.ts';
import type { Client } from './client.ts';
import { type CommonOptions, type Session, sessionOf, withCommon, withServer } from './common.ts';
import { CommandFailure } from './failure.ts';
import { type ImportResult, runImport, type Sink } from './import/run.ts';
import { FORMATS } from './import/source.ts';
import { countText } from './output.ts';
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
}

export function addImport(program: Command): void {
  withCommon(program.command('import <file>'))
    .description(
      'import NDJSON, CSV or Parquet, gzip or not; "-" is standard input. Run it again after an interruption: it goes on',
    )
    .requiredOption('--app <app>', 'the app')
    .option('--format <format>', `${FORMATS.join(', ')}; seen by the file unless given`)
    .option('--event <name>', 'the name of every event')
    .option('--event-from <column>', 'the column that holds the name')
    .option('--time <column>', 'the column that holds the time')
    .option('--user <column>', 'the column that holds the user')
    .option('--id-from <column>', 'the column that tells rows apart: it becomes the uuid')
    .option('--time-zone <zone>', 'for times without offset', 'UTC')
    .action(async (file: string, options: ImportOptions) => {
      const session = await sessionOf(options);
      const result = await withServer(session, (client) => importInto(socketSink(client), file, options, session));
      const { rejected, rejectedTotal, rows, accepted, duplicates, resumedAt } = result;
      const parts = [`${countText(accepted)} of ${countText(rows)} rows imported`];
      if (resumedAt > 0) parts.push(`${countText(resumedAt)} were already`);
      if (duplicates > 0) parts.push(`${countText(duplicates)} were known`);
      if (rejectedTotal > 0) parts.push(`${countText(rejectedTotal)} were refused`);
      session.output.result(result, `${parts.join(', ')}.`);
      for (const { row, code, detail } of rejected.slice(0, 10)) session.output.note(`  row ${row}: ${code} ${detail}`);
      if (rejectedTotal > 0) process.exitCode = 1;
    });
}

async function importInto(sink: Sink, path: string, options: ImportOptions, session: Session): Promise<ImportResult> {
  const { app, event, eventFrom, time, user, idFrom } = options;
  const format = FORMATS.find((each) => each === options.format);
  if (options.format !== undefined && format === undefined)
    throw new CommandFailure(`--format must be one of ${FORMATS.join(', ')}.`, 2);
  const timeZone = zoneNamed(options.timeZone);
  if (timeZone === undefined) throw new CommandFailure(`--time-zone ${options.timeZone} is not an IANA zone.`, 2);
  const bar = progressBar(session.output.json, 'imported', path !== '-');
  const started = performance.now();
  let first: number | undefined;
  try {
    return await runImport({
      path,
      app,
      sink,
      ...(format && { format }),
      mapping: {
        timeZone,
        typed: false,
        ...(event && { event }),
        ...(eventFrom && { eventFrom }),
        ...(time && { time }),
        ...(user && { user }),
        ...(idFrom && { idFrom }),
      },
      onProgress({ rows, share }) {
        first ??= rows;
        const rate = Math.round(((rows - first) * 1000) / (performance.now() - started));
        bar.update(share ?? rows, `${countText(rows)} rows, ${countText(rate)}/s`);
      },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new CommandFailure(`There is no file ${path}.`, 2);
    throw error;
  } finally {
    bar.stop();
  }
}

/** Through the running server. */
function socketSink(client: Client): Sink {
  const at = (app: string, fingerprint: string): string =>
    `/admin/import/${encodeURIComponent(app)}?fingerprint=${fingerprint}`;
  return {
    async importedRows(app, fingerprint) {
      return ((await client.json('GET', at(app, fingerprint))) as { rows: number }).rows;
    },
    importRows: async (app, fingerprint, events, rowsDone) =>
      (await client.json('POST', `${at(app, fingerprint)}&rowsDone=${rowsDone}`, events)) as ImportAnswer,
  };
}
