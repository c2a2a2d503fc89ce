import type { Command } from 'commander';
import { explainConfig, maskedConfig } from '../config/config.ts';
import { type CommonOptions, sourcesOf, withFiles, withSettings } from './common.ts';
import { outputOf, table } from './output.ts';

export function addConfig(program: Command): void {
  withSettings(withFiles(program.command('config')))
    .description('print all settings and the source of each value; secrets are masked')
    .action(async (options: CommonOptions & Record<string, unknown>) => {
      const { config, origins } = await explainConfig(sourcesOf(options));
      const masked = maskedConfig(config);
      const rows = Object.entries(masked).map(([name, value]) => [
        name,
        value === undefined ? '' : JSON.stringify(value),
        origins[name] ?? '',
      ]);
      outputOf(options).result(masked, table(['setting', 'value', 'from'], rows));
    });
}
