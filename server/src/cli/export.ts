import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Client } from './client.ts';
import { type CommonOptions, checkData, sessionOf, withCommon, withServer } from './common.ts';
import { CommandFailure } from './failure.ts';
import { bytesText, type Output } from './output.ts';
import { progressBar } from './progress.ts';

interface ExportOptions extends CommonOptions {
  readonly app: string;
  readonly format: string;
  readonly output?: string;
  readonly filter?: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
};

export function addExport(program: Command): void {
  withCommon(program.command('export'))
    .description('write the events of an app to a file, oldest first')
    .requiredOption('--app <app>', 'the app')
    .option('--format <format>', 'ndjson, csv or parquet', 'ndjson')
    .option('--output <file>', 'the file (default: standard output)')
    .option(
      '--filter <name=value...>',
      'export only matching events, such as event=sign-up, from=2026-01-01 or data.plan=pro',
    )
    .action(async (options: ExportOptions) => {
      const accept = TYPES[options.format];
      if (accept === undefined) throw new CommandFailure('`--format` must be `ndjson`, `csv` or `parquet`.', 2);
      const session = await sessionOf(options);
      if (!session.client) checkData(session);
      const search = new URLSearchParams({ order: 'asc' });
      for (const filter of options.filter ?? []) {
        const end = filter.indexOf('=');
        if (end < 1) throw new CommandFailure(`\`--filter\` must be \`name=value\`, not \`${filter}\`.`, 2);
        search.append(filter.slice(0, end), filter.slice(end + 1));
      }
      await withServer(session, (client) =>
        write(
          client,
          `/api/events/${encodeURIComponent(options.app)}?${search}`,
          accept,
          options.output,
          session.output,
        ),
      );
    });
}

async function write(
  client: Client,
  path: string,
  accept: string,
  file: string | undefined,
  output: Output,
): Promise<void> {
  const events = await client.stream(path, accept);
  const bar = progressBar(output.json || file === undefined, 'exported');
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      bar.update(bytes, bytesText(bytes));
      done(null, chunk);
    },
  });
  try {
    if (file === undefined) await pipeline(events, counter, process.stdout, { end: false });
    else await pipeline(events, counter, createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    // The server cuts off an answer that it can't finish.
    if (isCut(error))
      throw new CommandFailure(`The export stopped after ${bytesText(bytes)} and is incomplete. Run it again.`);
    throw error;
  } finally {
    bar.stop();
  }
  if (file !== undefined) output.result({ file, bytes }, `${bytesText(bytes)} written to ${file}.`);
}

const isCut = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code));
