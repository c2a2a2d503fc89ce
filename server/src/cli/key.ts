import type { Command } from 'commander';
import type { KeySummary } from '../auth/auth.ts';
import { type CommonOptions, checkData, loadRequests, offline, sessionOf, withCommon } from './common.ts';
import { CommandFailure } from './failure.ts';
import { table } from './output.ts';

interface CreateOptions extends CommonOptions {
  readonly app: string;
  readonly scope: string;
  readonly adopt?: string;
  readonly origin?: readonly string[];
  readonly eventsPerSecond?: string;
  readonly bytesPerSecond?: string;
  readonly trusted?: boolean;
}

export function addKey(program: Command): void {
  const key = program
    .command('key')
    .description('API keys: a write key sends events to one app, a read key reads them');

  withCommon(key.command('create'))
    .description('create a key; it is shown only once')
    .requiredOption('--app <app>', 'the app')
    .requiredOption('--scope <scope>', 'write or read')
    .option('--adopt <key>', 'a key that your SDK sends already, instead of a new one')
    .option('--origin <origin...>', 'web origins that can use it, such as https://example.com (default: any)')
    .option('--events-per-second <n>', 'rate limit of a write key (default: 1000)')
    .option(
      '--bytes-per-second <n>',
      'rate limit of its bodies, after decompression (default: 4096 × events per second)',
    )
    .option('--trusted', 'a write key that is never public: for servers that send text ids, old events or many names')
    .action(async (options: CreateOptions) => {
      const session = await sessionOf(options);
      const { client, output } = session;
      const { app, scope, adopt, origin, eventsPerSecond, bytesPerSecond, trusted } = options;
      for (const [flag, value] of Object.entries({
        '--events-per-second': eventsPerSecond,
        '--bytes-per-second': bytesPerSecond,
      }))
        if (value !== undefined && !/^\d+$/.test(value))
          throw new CommandFailure(`\`${flag}\` must be a whole number, not \`${value}\`.`, 2);
      const request = {
        app,
        scope,
        ...(adopt !== undefined && { key: adopt }),
        ...(origin && { origins: origin }),
        ...(eventsPerSecond && { eventsPerSecond: Number(eventsPerSecond) }),
        ...(bytesPerSecond && { bytesPerSecond: Number(bytesPerSecond) }),
        ...(trusted && { trusted }),
      };
      const made = client
        ? ((await client.json('POST', '/api/keys', request)) as KeySummary & { key: string })
        : await offline(session, async ({ auth }) => {
            const { parse, NewKey } = await loadRequests();
            return await auth.createKey(parse(NewKey, request));
          });
      // Only the key goes to standard output, so that scripts can use it.
      output.result(made, made.key);
      output.note(
        adopt === undefined
          ? `Created the ${scope} key ${made.id} for ${app}. It is not shown again.`
          : `Accepting it as the ${scope} key ${made.id} for ${app}.`,
      );
    });

  withCommon(key.command('list'))
    .description('list keys without their secrets')
    .action(async (options: CommonOptions) => {
      const session = await sessionOf(options);
      const { client, output } = session;
      if (!client) checkData(session);
      const keys = client
        ? ((await client.json('GET', '/api/keys')) as Listed[])
        : await offline(session, async ({ auth }) =>
            auth.keys().map(
              ({ createdAt, lastUsedAt, ...each }): Listed => ({
                ...each,
                createdAt: new Date(createdAt).toISOString(),
                ...(lastUsedAt !== undefined && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
              }),
            ),
          );
      const rows = keys.map((each) => [
        each.id,
        each.app,
        each.scope,
        each.createdAt,
        each.lastUsedAt ?? 'never',
        each.origins.join(' '),
      ]);
      output.result(
        keys,
        rows.length === 0
          ? 'There are no keys. Create one with `seismo key create`.'
          : table(['id', 'app', 'scope', 'created', 'last used', 'origins'], rows),
      );
    });

  withCommon(key.command('revoke <id>'))
    .description('revoke a key immediately')
    .action(async (id: string, options: CommonOptions) => {
      const session = await sessionOf(options);
      const { client, output } = session;
      if (!client) checkData(session);
      if (client) await client.json('DELETE', `/api/keys/${encodeURIComponent(id)}`);
      else await offline(session, ({ auth }) => auth.revokeKey(id));
      output.result({ revoked: id }, `Revoked ${id}.`);
    });
}

/** As in the API. */
type Listed = Omit<KeySummary, 'createdAt' | 'lastUsedAt'> & {
  readonly createdAt: string;
  readonly lastUsedAt?: string;
};
