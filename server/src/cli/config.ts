import type { Command } from 'commander';
import { maskedConfig } from '../config.ts';
import { type CommonOptions, configOf, withSettings } from './common.ts';
import { outputOf, table } from './output.ts';

export function addConfig(program: Command): void {
  withSettings(program.command('config'))
    .description('print the settings in force, with secrets masked')
    .option('--data <directory>', 'the data directory (setting dataDir)')
    .option('--config <file>', 'a configuration file')
    .option('--json', 'print JSON')
    .action(async (options: CommonOptions & Record<string, unknown>) => {
      const masked = maskedConfig(await configOf(options));
      const rows = Object.entries(masked).map(([name, value]) => [
        name,
        value === undefined ? '' : JSON.stringify(value),
      ]);
      outputOf(options).result(masked, table(['setting', 'value'], rows));
    });
}
