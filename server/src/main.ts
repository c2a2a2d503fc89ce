#!/usr/bin/env node
/** argv → command. Exit codes: 0 done, 1 not done, 2 used wrongly. */
import { Command, CommanderError } from 'commander';
import { addConfig } from './cli/config.ts';
import { addExport } from './cli/export.ts';
import { CommandFailure } from './cli/failure.ts';
import { addImport } from './cli/import.ts';
import { addKey } from './cli/key.ts';
import { addStart } from './cli/start.ts';
import { addStats } from './cli/stats.ts';
import { addUser } from './cli/user.ts';
import { ConfigError } from './config-error.ts';
import { SeismoError } from './errors.ts';
import { version } from './version.ts';

const program = new Command('seismo')
  .description('Tracks and analyses application events.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(seismo --help shows what there is)');
for (const add of [addStart, addConfig, addUser, addKey, addImport, addExport, addStats]) add(program);

program.parseAsync(process.argv).catch((error: unknown) => {
  process.exitCode = report(error);
});

function report(error: unknown): number {
  // Commander has said it already; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    process.stderr.write(
      `The configuration is not valid:\n${error.faults.map(({ setting, message }) => `  ${setting}: ${message}\n`).join('')}`,
    );
    return 2;
  }
  if (error instanceof CommandFailure) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof SeismoError) {
    process.stderr.write(`${error.detail} (${error.code})\n${error.entry.remedy}\n`);
    return 1;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
