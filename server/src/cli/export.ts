import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { type CommonOptions, sessionOf, withCommon } from './common.ts';
import { CommandFailure } from './failure.ts';
import { bytesText } from './output.ts';
import { progressBar } from './progress.ts';

interface ExportOptions extends CommonOptions {
  readonly app: string;
  readonly format: string;
  readonly output?: string;
  readonly filter?: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = { ndjson: 'application/x-ndjson', csv: 'text/csv' };

export function addExport(program: Command): void {
  withCommon(program.command('export'))
    .description('write the events of an app to a file, oldest first; needs a running server')
    .requiredOption('--app <app>', 'the app')
    .option('--format <format>', 'ndjson or csv', 'ndjson')
    .option('--output <file>', 'the file; standard output unless given')
    .option('--filter <name=value...>', 'only these, like event=sign-up, from=2026-01-01 or data.plan=pro')
    .action(async (options: ExportOptions) => {
      const accept = TYPES[options.format];
      if (accept === undefined) throw new CommandFailure('--format must be ndjson or csv.', 2);
      const { client, output } = await sessionOf(options);
      if (!client) throw new CommandFailure('No server runs on this data directory; start it first (seismo start).');
      const search = new URLSearchParams({ order: 'asc' });
      for (const filter of options.filter ?? []) {
        const end = filter.indexOf('=');
        if (end < 1) throw new CommandFailure(`--filter ${filter} must be like name=value.`, 2);
        search.append(filter.slice(0, end), filter.slice(end + 1));
      }
      const events = await client.stream(`/api/events/${encodeURIComponent(options.app)}?${search}`, accept);
      const bar = progressBar(output.json || options.output === undefined, 'exported');
      let bytes = 0;
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          bar.update(bytes, bytesText(bytes));
          done(null, chunk);
        },
      });
      if (options.output === undefined) await pipeline(events, counter, process.stdout, { end: false });
      else await pipeline(events, counter, createWriteStream(options.output, { mode: 0o600 }));
      bar.stop();
      if (options.output !== undefined)
        output.result({ file: options.output, bytes }, `${bytesText(bytes)} written to ${options.output}.`);
    });
}
