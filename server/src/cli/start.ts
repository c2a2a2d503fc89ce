import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/config.ts';
import { SeismoError } from '../model/errors.ts';
import { keepFirstPassword } from '../system/first-password.ts';
import { type CommonOptions, sourcesOf, withFiles, withSettings } from './common.ts';
import { CommandFailure } from './failure.ts';
import { bold, outputOf } from './output.ts';

export function addStart(program: Command): void {
  const command = withSettings(withFiles(program.command('start', { isDefault: true })))
    .description('run the server (the default command)')
    // `seismo strat` arrives here, since this is the command when there is none.
    .allowExcessArguments()
    .action(async (options: CommonOptions & Record<string, unknown>) => {
      if (command.args.length > 0)
        throw new CommandFailure(`There is no command "${command.args[0]}"; \`seismo --help\` lists them.`, 2);
      // Of all that is written from here on, nothing is for other users of the machine.
      process.umask(0o077);
      const output = outputOf(options);
      const config = await loadConfig(sourcesOf(options));
      const { serve } = await import('../app/serve.ts');
      const server = await serve(config).catch((error: unknown) => {
        throw portFailure(error, config) ?? error;
      });
      stopOnSignals(() => server.close());
      const { url, firstAdmin } = server;
      // What is no terminal is a log that others read: a journal, a container's output.
      const passwordFile =
        firstAdmin && !output.json && !process.stdout.isTTY
          ? keepFirstPassword(resolve(config.dataDir), firstAdmin.password)
          : undefined;
      output.result(
        { url, ...(firstAdmin && { firstAdmin }) },
        greeting(url, config.dataDir, firstAdmin, passwordFile),
      );
    });
}

function portFailure(error: unknown, { host, port }: Config): CommandFailure | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new CommandFailure(`Port ${port} of ${host} is taken. Choose another with --port, or PORT.`);
  if (code === 'EACCES' && port < 1024)
    return new CommandFailure(
      `Port ${port} needs more rights. Choose one above 1023 with --port, or put a proxy before it.`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new CommandFailure(`This machine has no address ${host}. Correct --host; 0.0.0.0 stands for all it has.`);
  return undefined;
}

function greeting(
  url: string,
  dataDir: string,
  admin: { user: string; password: string } | undefined,
  passwordFile: string | undefined,
): string {
  const lines = [`${bold('Seismo')} listens on ${bold(url)} and keeps its data in ${dataDir}.`];
  if (!admin) return lines[0]!;
  const password =
    passwordFile === undefined ? admin.password : `'"$(cat '${passwordFile.replaceAll("'", "'\\''")}')"'`;
  const signIn = `curl -s ${url}/auth -H 'Content-Type: application/json' -d '{"username":"${admin.user}","password":"${password}"}'`;
  lines.push(
    '',
    passwordFile === undefined
      ? 'Sign in as the first admin; the password is not shown again:'
      : 'Sign in as the first admin; the file with the password is deleted when you change it:',
    `  user      ${admin.user}`,
    `  password  ${passwordFile === undefined ? bold(admin.password) : `in ${passwordFile}`}`,
    '',
    'Send the first event (paste the whole line):',
    `  TOKEN=$(${signIn} | sed 's/.*"token":"\\([^"]*\\)".*/\\1/') && curl -s ${url}/api/events/my-app -H "X-Access-Token: $TOKEN" -H 'Content-Type: application/json' -d '{"event":"application started"}'`,
    '',
    'and count it:',
    `  curl -s "${url}/api/reports/day/my-app" -H "X-Access-Token: $TOKEN"`,
    '',
    `Everything else: ${url}/docs. Ctrl-C stops the server; events and users stay.`,
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
        // A thread that waits for a disk which does not answer would hold up the exit for ever.
        if (error instanceof SeismoError && error.code === 'JOURNAL_UNAVAILABLE') process.kill(process.pid, 'SIGKILL');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
