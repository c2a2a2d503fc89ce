#!/usr/bin/env node
/** argv → command. Exit codes: 0 done, 1 failed, 2 wrong usage. */
import { Command, CommanderError } from 'commander';
import { addCluster } from './cli/cluster.ts';
import { addConfig } from './cli/config.ts';
import { addErasure } from './cli/erasure.ts';
import { addExport } from './cli/export.ts';
import { describeFailure } from './cli/failure.ts';
import { addImport } from './cli/import.ts';
import { addInstallService } from './cli/install-service.ts';
import { addKey } from './cli/key.ts';
import { addMove } from './cli/move.ts';
import { addRebuild } from './cli/rebuild.ts';
import { addStart } from './cli/start.ts';
import { addStats } from './cli/stats.ts';
import { addTrack } from './cli/track.ts';
import { addUser } from './cli/user.ts';
import { version } from './config/version.ts';

const program = new Command('seismo')
  .description('Track and analyze application events.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(run with --help for usage)')
  .addHelpText(
    'after',
    `
Examples:
  seismo                                          run the server: port 3005, data in ./seismo-data
  seismo key create --app shop --scope write      create a key for sending events
  seismo import visits.csv --app shop --event visit --time when --user who
  seismo export --app shop --output shop.ndjson

Exit codes: 0 success, 1 failure, 2 wrong usage. With --json, results are JSON on standard output
and errors JSON on standard error.`,
  );
const COMMANDS = [
  addStart,
  addConfig,
  addUser,
  addKey,
  addTrack,
  addImport,
  addExport,
  addCluster,
  addErasure,
  addRebuild,
  addMove,
  addStats,
];
for (const add of [...COMMANDS, addInstallService]) add(program);

const isPipeClosed = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';
/** Nobody reads any more, as after `seismo export … | head`. A server goes on. */
process.stdout.on('error', (error) => {
  if (!isPipeClosed(error)) throw error;
});

program.parseAsync(process.argv).catch((error: unknown) => {
  if (isPipeClosed(error)) {
    process.exitCode = 1;
    return;
  }
  // Commander has already printed the message. Help and version are not failures.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const { exitCode, text, value } = describeFailure(error);
  process.stderr.write(process.argv.includes('--json') ? `${JSON.stringify({ error: value })}\n` : `${text}\n`);
  process.exitCode = exitCode;
});
