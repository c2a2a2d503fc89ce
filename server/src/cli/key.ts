import type { Command } from 'commander';
import type { KeySummary } from '../auth/auth.ts';
import { type CommonOptions, offline, sessionOf, withCommon } from './common.ts';
import { table } from './output.ts';

interface CreateOptions extends CommonOptions {
  readonly app: string;
  readonly scope: string;
  readonly origin?: readonly string[];
  readonly eventsPerSecond?: string;
}

export function addKey(program: Command): void {
  const key = program
    .command('key')
    .description('keys for programs: a write key posts to one app, a read key reads it');

  withCommon(key.command('create'))
    .description('make a key; it is shown this once')
    .requiredOption('--app <app>', 'the app')
    .requiredOption('--scope <scope>', 'write or read')
    .option('--origin <origin...>', 'pages that may use it, like https://example.com; any unless given')
    .option('--events-per-second <n>', 'the rate of a write key (1000)')
    .action(async (options: CreateOptions) => {
      const { client, config, output } = await sessionOf(options);
      const { app, scope, origin, eventsPerSecond } = options;
      const request = {
        app,
        scope,
        ...(origin && { origins: origin }),
        ...(eventsPerSecond && { eventsPerSecond: Number(eventsPerSecond) }),
      };
      const made = client
        ? ((await client.json('POST', '/api/keys', request)) as KeySummary & { key: string })
        : await offline(config, ({ auth }) => auth.createKey(request));
      output.result(made, `${made.key}\n${scope} key ${made.id} for ${app}. It is not shown again.`);
    });

  withCommon(key.command('list'))
    .description('list the keys, without their secrets')
    .action(async (options: CommonOptions) => {
      const { client, config, output } = await sessionOf(options);
      const keys = client
        ? ((await client.json('GET', '/api/keys')) as (Omit<KeySummary, 'createdAt'> & { createdAt: string })[])
        : await offline(config, async ({ auth }) =>
            auth.keys().map((each) => ({ ...each, createdAt: new Date(each.createdAt).toISOString() })),
          );
      const rows = keys.map((each) => [each.id, each.app, each.scope, each.createdAt, each.origins.join(' ')]);
      output.result(keys, table(['id', 'app', 'scope', 'made', 'origins'], rows));
    });

  withCommon(key.command('revoke <id>'))
    .description('revoke a key at once')
    .action(async (id: string, options: CommonOptions) => {
      const { client, config, output } = await sessionOf(options);
      if (client) await client.json('DELETE', `/api/keys/${encodeURIComponent(id)}`);
      else await offline(config, ({ auth }) => auth.revokeKey(id));
      output.result({ revoked: id }, `Revoked ${id}.`);
    });
}
