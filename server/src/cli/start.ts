import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, isInContainer, loadConfig } from '../config/config.ts';
import { SeismoError } from '../model/errors.ts';
import { keepFirstPassword } from '../system/first-password.ts';
import { type CommonOptions, sourcesOf, withFiles, withSettings } from './common.ts';
import { CommandFailure } from './failure.ts';
import { bold, outputOf } from './output.ts';

export function addStart(program: Command): void {
  const command = withSettings(withFiles(program.command('start', { isDefault: true })))
    .description('run the server (the default command)')
    // `seismo strat` ends up here, because this is the default command.
    .allowExcessArguments()
    .action(async (options: CommonOptions & Record<string, unknown>) => {
      if (command.args.length > 0)
        throw new CommandFailure(
          `There is no command \`${command.args[0]}\`. \`seismo --help\` lists the commands.`,
          2,
        );
      // Files that are created from here on are not readable by other users of the machine.
      process.umask(0o077);
      const output = outputOf(options);
      const config = await loadConfig(sourcesOf(options));
      const starting = import('../app/serve.ts').then(({ serve }) => serve(config));
      stopOnSignals(starting);
      const { url, firstAdmin } = await starting.catch((error: unknown) => {
        throw portFailure(error, config) ?? error;
      });
      // Output that is not a terminal ends up in a log that others read: a journal, or the output of a container.
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
    return new CommandFailure(`Port ${port} on ${host} is already in use. Choose another with \`--port\` or \`PORT\`.`);
  if (code === 'EACCES' && port < 1024)
    return new CommandFailure(
      `You don't have permission to use port ${port}. Choose one above 1023 with \`--port\`, or put a proxy in front.`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new CommandFailure(
      `This machine has no address ${host}. Correct \`--host\`; \`0.0.0.0\` means all addresses.`,
    );
  return undefined;
}

function greeting(
  url: string,
  dataDir: string,
  admin: { user: string; password: string } | undefined,
  passwordFile: string | undefined,
): string {
  const lines = [`${bold('Seismo')} is running on ${bold(url)}, with its data in ${dataDir}.`];
  if (!admin) return lines[0]!;
  const password = passwordFile === undefined ? admin.password : `'"$(${readingOf(passwordFile)})"'`;
  const signIn = `curl -s ${url}/auth -H 'Content-Type: application/json' -d '{"username":"${admin.user}","password":"${password}"}'`;
  lines.push(
    '',
    passwordFile === undefined
      ? 'Sign in as the first admin. The password is not shown again:'
      : 'Sign in as the first admin. The file with the password is deleted when you change the password:',
    `  user      ${admin.user}`,
    `  password  ${passwordFile === undefined ? bold(admin.password) : placeOf(passwordFile)}`,
    '',
    'Send your first event (paste the whole line):',
    `  TOKEN=$(${signIn} | sed 's/.*"token":"\\([^"]*\\)".*/\\1/') && curl -s ${url}/api/events/my-app -H "X-Access-Token: $TOKEN" -H 'Content-Type: application/json' -d '{"event":"application started"}'`,
    '',
    'Then count it:',
    `  curl -s "${url}/api/reports/day/my-app" -H "X-Access-Token: $TOKEN"`,
    '',
    `Documentation: ${url}/docs. Press Ctrl-C to stop the server; events and users are kept.`,
  );
  return lines.join('\n');
}

const readingOf = (path: string): string =>
  `${isInContainer() ? `docker exec ${hostname()} ` : ''}cat '${path.replaceAll("'", "'\\''")}'`;

const placeOf = (path: string): string => `in ${path}${isInContainer() ? `: ${readingOf(path)}` : ''}`;

/** Also during the start: the kernel drops a signal for process 1 of a container while nothing handles it, and the container would be killed later. */
function stopOnSignals(starting: Promise<{ close(): Promise<void> }>): void {
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) process.exit(1);
    isStopping = true;
    // Why a start fails is reported by the command.
    const server = await starting.catch(() => undefined);
    server?.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Seismo did not stop cleanly: ${(error as Error).message}\n`);
        // A thread that waits for a disk that never responds would block the exit forever.
        if (error instanceof SeismoError && error.code === 'JOURNAL_UNAVAILABLE') process.kill(process.pid, 'SIGKILL');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}
