import type { Command } from 'commander';
import type { KeySummary } from '../auth/auth.ts';
import { NewKey } from '../auth/requests.ts';
import { parse } from '../model/schema-check.ts';
import { type CommonOptions, checkData, offline, sessionOf, withCommon } from './common.ts';
import { CommandFailure } from './failure.ts';
import { table } from './output.ts';

interface CreateOptions extends CommonOptions {
  readonly app: string;
  readonly scope: string;
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
    .option('--origin <origin...>', 'web origins that may use it, e.g. https://example.com (default: any)')
    .option('--events-per-second <n>', 'rate limit of a write key (default: 1000)')
    .option(
      '--bytes-per-second <n>',
      'rate limit of its bodies, after decompression (default: 4096 × events per second)',
    )
    .option('--trusted', 'a write key that is never public: for servers that send text ids, old events or many names')
    .action(async (options: CreateOptions) => {
      const session = await sessionOf(options);
      const { client, output } = session;
      const { app, scope, origin, eventsPerSecond, bytesPerSecond, trusted } = options;
      for (const [flag, value] of Object.entries({
        '--events-per-second': eventsPerSecond,
        '--bytes-per-second': bytesPerSecond,
      }))
        if (value !== undefined && !/^\d+$/.test(value))
          throw new CommandFailure(`${flag} ${value} must be a whole number.`, 2);
      const request = {
        app,
        scope,
        ...(origin && { origins: origin }),
        ...(eventsPerSecond && { eventsPerSecond: Number(eventsPerSecond) }),
        ...(bytesPerSecond && { bytesPerSecond: Number(bytesPerSecond) }),
        ...(trusted && { trusted }),
      };
      const made = client
        ? ((await client.json('POST', '/api/keys', request)) as KeySummary & { key: string })
        : await offline(session, ({ auth }) => auth.createKey(parse(NewKey, request)));
      // Only the key on standard output, so that a script can take it.
      output.result(made, made.key);
      output.note(`This is the ${scope} key ${made.id} for ${app}; it is not shown again.`);
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
          ? 'There are no keys; `seismo key create` makes one.'
          : table(['id', 'app', 'scope', 'made', 'last used', 'origins'], rows),
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

/** As the API spells it. */
type Listed = Omit<KeySummary, 'createdAt' | 'lastUsedAt'> & {
  readonly createdAt: string;
  readonly lastUsedAt?: string;
};
