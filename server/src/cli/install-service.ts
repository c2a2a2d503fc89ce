import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { loadConfig } from '../config/config.ts';
import { CommandFailure } from './failure.ts';
import { outputOf } from './output.ts';
import { systemdUnit } from './systemd-unit.ts';

const UNIT_FILE = '/etc/systemd/system/seismo.service';
/** Exists exactly where systemd is the init system (sd_booted(3)). */
const RUNS_SYSTEMD = '/run/systemd/system';
const SEISMO = fileURLToPath(new URL('../../bin/seismo.js', import.meta.url));

interface InstallOptions {
  readonly user: string;
  readonly data: string;
  readonly config?: string;
  readonly output: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addInstallService(program: Command): void {
  program
    .command('install-service')
    .description('write a hardened systemd unit, so that the server runs as a service')
    .option('--user <name>', 'the user of the system that the service runs as', 'seismo')
    .option('--data <directory>', 'the data directory', '/var/lib/seismo')
    .option('--config <file>', 'a configuration file for the service')
    .option('--output <file>', 'where to write the unit', UNIT_FILE)
    .option('--dry-run', 'print the unit, and write nothing')
    .option('--force', 'replace a unit that differs')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  seismo install-service --dry-run
  sudo seismo install-service --user seismo --data /var/lib/seismo

It writes one file and changes nothing else: no user is created and nothing is started. It prints the commands for that.`,
    )
    .action(async (options: InstallOptions) => {
      const { user, dryRun = false, json = false } = options;
      if (!/^[a-z_][\w-]*\$?$/i.test(user))
        throw new CommandFailure(`\`--user\` must be the name of a user, such as \`seismo\`, not \`${user}\`.`, 2);
      const dataDir = resolve(options.data);
      const configFile = options.config === undefined ? undefined : resolve(options.config);
      // A mistake in it is reported now, and not in the log of a service that keeps restarting.
      if (configFile !== undefined) await loadConfig({ file: configFile, given: {} });
      const unit = systemdUnit({ command: [process.execPath, SEISMO, 'start'], user, dataDir, configFile });
      const path = resolve(options.output);
      const next = nextSteps(user, dataDir, path);
      const warnings = warningsFor(user, [process.execPath, SEISMO, ...(configFile === undefined ? [] : [configFile])]);
      const written = !dryRun && write(path, unit, options);
      const output = outputOf({ json });
      output.result({ path, unit, written, warnings, next }, dryRun ? unit.trimEnd() : summary(path, written, next));
      for (const warning of warnings) output.note(`Warning: ${warning}`);
    });
}

/** @returns whether the file changed */
function write(path: string, unit: string, { force = false, output }: InstallOptions): boolean {
  if (SEISMO.includes('/_npx/'))
    throw new CommandFailure(
      'This Seismo is in a cache of npx, which npm may empty. Install it first, for example with `npm install --prefix /opt/seismo seismo`, and run `/opt/seismo/node_modules/.bin/seismo install-service`.',
    );
  if (output === UNIT_FILE && !existsSync(RUNS_SYSTEMD))
    throw new CommandFailure(
      'This machine does not run systemd, so there is no service to install. In a container, run `seismo start` itself. `seismo install-service --dry-run` prints the unit for another machine.',
    );
  const present = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (present === unit) return false;
  if (present !== undefined && !force)
    throw new CommandFailure(
      `${path} exists and differs. \`--force\` replaces it; \`--dry-run\` prints what it would become. Keep your own changes with \`systemctl edit seismo\`.`,
    );
  try {
    writeFileSync(path, unit, { mode: 0o644 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM')
      throw new CommandFailure(`You don't have permission to write ${path}. Run the command with \`sudo\`.`);
    if (code === 'ENOENT')
      throw new CommandFailure(`There is no directory ${dirname(path)}. Create it, or choose another \`--output\`.`);
    throw error;
  }
  return true;
}

function nextSteps(user: string, dataDir: string, path: string): string[] {
  const isKnown = spawnSync('id', ['--user', user], { stdio: 'ignore' }).status === 0;
  return [
    ...(isKnown ? [] : [`useradd --system --shell /usr/sbin/nologin ${user}`]),
    ...(dataDir.startsWith('/var/lib/') || existsSync(dataDir) ? [] : [`install -d -o ${user} -m 700 '${dataDir}'`]),
    ...(path === UNIT_FILE ? [] : [`cp '${path}' ${UNIT_FILE}`]),
    'systemctl daemon-reload',
    'systemctl enable --now seismo',
    'journalctl --unit seismo --follow',
  ];
}

function summary(path: string, written: boolean, next: readonly string[]): string {
  return [
    written ? `Wrote ${path}. The service:` : `${path} is up to date. The service:`,
    '  - starts with the machine, and again within a second if it fails;',
    '  - stops within 10 seconds, with everything it confirmed on disk;',
    '  - writes only to its data directory, and has no rights besides;',
    '  - reads settings such as SEISMO_PORT=8080 from /etc/default/seismo.',
    '',
    'Next, as root:',
    ...next.map((command) => `  ${command}`),
    '',
    'The log says where the first password is. Change the unit with `systemctl edit seismo`.',
  ].join('\n');
}

/** What would keep the service from starting, as far as that can be seen now. */
function warningsFor(user: string, paths: readonly string[]): string[] {
  if (user === 'root') return ['The service would run as root. Choose a user of its own with `--user`.'];
  const hidden = paths.find((path) => !isOpenToAll(path));
  return hidden === undefined
    ? []
    : [
        `Other users cannot read ${hidden}, so the service may not start. Install Node and Seismo where every user can read them, such as /usr and /opt.`,
      ];
}

/** Others may read the file, and enter every directory above it. */
function isOpenToAll(path: string): boolean {
  for (let at = dirname(path); at !== '/'; at = dirname(at)) if ((statSync(at).mode & 0o001) === 0) return false;
  return (statSync(path).mode & 0o004) !== 0;
}
