import type { Command } from 'commander';
import { DirectoryInUse } from '../lock.ts';
import { serve } from '../serve.ts';
import { type CommonOptions, configOf, withSettings } from './common.ts';
import { CommandFailure } from './failure.ts';
import { bold, outputOf } from './output.ts';

/** The container or service manager kills after its own patience; 10 s is the promise, and the engine's share is in it. */
export function addStart(program: Command): void {
  withSettings(program.command('start', { isDefault: true }))
    .description('run the server')
    .option('--data <directory>', 'the data directory (setting dataDir)')
    .option('--config <file>', 'a configuration file')
    .option('--json', 'print JSON')
    .action(async (options: CommonOptions & Record<string, unknown>) => {
      const output = outputOf(options);
      const config = await configOf(options);
      const server = await serve(config).catch((error: unknown) => {
        if (error instanceof DirectoryInUse) throw new CommandFailure(error.message);
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
          throw new CommandFailure(`Port ${config.port} of ${config.host} is taken. Choose another with --port.`);
        throw error;
      });
      stopOnSignals(() => server.close());
      const { url, firstAdmin } = server;
      output.result({ url, ...(firstAdmin && { firstAdmin }) }, greeting(url, config.dataDir, firstAdmin));
    });
}

function greeting(url: string, dataDir: string, admin: { user: string; password: string } | undefined): string {
  const lines = [`${bold('Seismo')} listens on ${bold(url)} and keeps its data in ${dataDir}.`];
  if (admin)
    lines.push(
      '',
      'Sign in as the first admin; the password is not shown again:',
      `  user      ${admin.user}`,
      `  password  ${bold(admin.password)}`,
      '',
      'Send the first event:',
      `  TOKEN=$(curl -s ${url}/auth -H 'Content-Type: application/json' -d '{"username":"${admin.user}","password":"${admin.password}"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/') && curl -s ${url}/api/events/my-app -H "X-Access-Token: $TOKEN" -H 'Content-Type: application/json' -d '{"event":"application started"}'`,
    );
  return lines.join('\n');
}

function stopOnSignals(close: () => Promise<void>): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Seismo did not stop cleanly: ${(error as Error).message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
