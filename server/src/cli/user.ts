import type { Command } from 'commander';
import type { UserSummary } from '../auth/auth.ts';
import { askNewPassword } from './ask.ts';
import { type CommonOptions, checkData, loadRequests, offline, sessionOf, withCommon } from './common.ts';
import { CommandFailure } from './failure.ts';
import { outputOf, table } from './output.ts';

export function addUser(program: Command): void {
  const user = program.command('user').description('manage users who sign in with a password');

  withCommon(user.command('add <name>'))
    .description('add a user; prompts for the password, or reads it from standard input')
    .option('--role <role>', 'admin (can change things) or viewer (read-only)', 'viewer')
    .action(async (name: string, options: CommonOptions & { role: string }) => {
      const session = await sessionOf(options);
      const { client, output } = session;
      const request = { name, role: options.role, password: await askNewPassword(`Password for ${name}: `) };
      const added = client
        ? await client.json('POST', '/api/users', request)
        : await offline(session, async ({ auth }) => {
            const { parse, NewUser } = await loadRequests();
            return await auth.addUser(parse(NewUser, request));
          });
      output.result(added, `Added ${name} as ${options.role}.`);
    });

  withCommon(user.command('change <name>'))
    .description('change the role or password of a user; a new password ends their sessions')
    .option('--role <role>', 'admin (can change things) or viewer (read-only)')
    .option('--password', 'prompt for a new password, or read it from standard input')
    .action(async (name: string, options: CommonOptions & { role?: string; password?: boolean }) => {
      const { role } = options;
      if (role === undefined && !options.password)
        throw new CommandFailure('Say what to change: `--role admin` or `--role viewer`, `--password`, or both.', 2);
      const session = await sessionOf(options);
      const { client, output } = session;
      if (!client) checkData(session);
      const change = {
        ...(role !== undefined && { role }),
        ...(options.password && { password: await askNewPassword(`New password for ${name}: `) }),
      };
      if (client) await client.json('PATCH', `/api/users/${encodeURIComponent(name)}`, change);
      else
        await offline(session, async ({ auth }) => {
          const { parse, UserChange } = await loadRequests();
          await auth.changeUser(name, parse(UserChange, change));
        });
      output.result({ changed: name, ...(role !== undefined && { role }) }, `Changed ${name}.`);
    });

  withCommon(user.command('remove <name>'))
    .description('remove a user and end their sessions')
    .action(async (name: string, options: CommonOptions) => {
      const session = await sessionOf(options);
      const { client, output } = session;
      if (!client) checkData(session);
      if (client) await client.json('DELETE', `/api/users/${encodeURIComponent(name)}`);
      else await offline(session, ({ auth }) => auth.removeUser(name));
      output.result({ removed: name }, `Removed ${name}.`);
    });

  withCommon(user.command('list'))
    .description('list the users')
    .action(async (options: CommonOptions) => {
      const session = await sessionOf(options);
      const { client, output } = session;
      if (!client) checkData(session);
      const users = client
        ? ((await client.json('GET', '/api/users')) as UserSummary[])
        : await offline(session, async ({ auth }) => auth.users());
      const rows = users.map(({ name, role, source }) => [name, role, source]);
      output.result(
        users,
        rows.length === 0
          ? 'There are no users. The next start creates an admin.'
          : table(['name', 'role', 'source'], rows),
      );
    });

  program
    .command('hash-password')
    .description('print the bcrypt hash of a password for the setting `users`')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { hashPassword } = await import('../app/hash-password.ts');
      const hash = await hashPassword(await askNewPassword('Password: '));
      outputOf(options).result({ hash }, hash);
    });
}
