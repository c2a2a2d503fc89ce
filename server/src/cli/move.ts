import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { isServerUrl, withCluster } from '../config/server-addresses.ts';
import type { MovedApp, MoveStatus } from '../model/move.ts';
import { isMongoUrl } from '../mongo/connection-string.ts';
import type { Client } from './client.ts';
import { type CommonOptions, checkData, sessionOf, withCommon, withServer } from './common.ts';
import { CommandFailure } from './failure.ts';
import { countOf, countText, table } from './output.ts';
import { progressBar } from './progress.ts';

const POLL_MS = 250;

interface MoveOptions extends CommonOptions {
  readonly to?: string;
  readonly toCluster?: string;
  readonly cancel?: boolean;
}

export function addMove(program: Command): void {
  withCommon(program.command('move'))
    .description('move all events to a ClickHouse server or back, or complete MongoDB')
    .option('--to <connection>', 'http(s)://user:password@host:8123/database, "embedded", or mongodb://host/database')
    .option('--to-cluster <name>', 'the cluster of the servers; then --to lists all of its nodes, separated by commas')
    .option('--cancel', 'stop the move that is running; what was copied is kept for the next one')
    .addHelpText(
      'after',
      `
The server goes on accepting events and answering questions. Every day of every app is compared by count and checksum before
the server switches to the new place. If the command, the server or the other place stops in the middle, run it again: it
goes on with what is missing. The events in the old place are left as they are.

MongoDB is a second place: set \`archive\` to it first, and restart the server, which then copies earlier events by itself.
--to mongodb://host/database shows how far that is, or compares all events again and copies what is missing.`,
    )
    .action(async (options: MoveOptions) => {
      const to = options.toCluster === undefined ? options.to : clusterOf(options.to, options.toCluster);
      if ((to === undefined) === (options.cancel !== true))
        throw new CommandFailure('Name the place with `--to`, or stop a move with `--cancel`.', 2);
      const session = await sessionOf(options);
      if (!session.client) checkData(session);
      const { output } = session;
      await withServer(session, async (client) => {
        if (to === undefined) {
          const status = (await client.json('DELETE', '/api/move')) as MoveStatus;
          output.result(status, cancelledText(status));
          return;
        }
        const first = (await client.json('POST', '/api/move', { to })) as MoveStatus;
        const status = await ended(client, first, to, output.json, (text) => output.note(text));
        if (status.state !== 'done')
          throw new CommandFailure(
            status.state === 'failed'
              ? `The events were not ${isMongoUrl(to) ? 'all copied' : 'moved'}. ${status.error}`
              : 'The move was cancelled.',
          );
        output.result(status, doneText(status, to));
      });
    });
}

function clusterOf(to: string | undefined, cluster: string): string {
  if (!isServerUrl(to)) throw new CommandFailure('`--to-cluster` needs `--to` with the URLs of all nodes.', 2);
  return withCluster(to, cluster);
}

/** Follows the move to its end: a bar on a terminal, lines of JSON with --json. */
async function ended(
  client: Client,
  first: MoveStatus,
  to: string,
  isJson: boolean,
  note: (text: string) => void,
): Promise<MoveStatus> {
  const bar = progressBar(isJson, 'events', true);
  let shown = '';
  let noted: string | undefined;
  try {
    for (let status = first; ; status = (await client.json('GET', '/api/move')) as MoveStatus) {
      const { state, events, done, passes, error } = status;
      const verb = isMongoUrl(to)
        ? 'compared'
        : passes === 0
          ? 'copied'
          : state === 'switching'
            ? 'switching'
            : 'compared';
      bar.update(
        events === 0 ? 0 : Math.min(1, done / events),
        `${countText(Math.min(done, events))} ${verb} of ${countText(events)}`,
      );
      if (state !== 'copying' && state !== 'switching') return status;
      const line = JSON.stringify(status);
      if (isJson && line !== shown) process.stdout.write(`${line}\n`);
      shown = line;
      if (error !== undefined && error !== noted) note(`It is tried again: ${error}`);
      noted = error;
      await pause(POLL_MS);
    }
  } finally {
    bar.stop();
  }
}

function doneText({ to, copied, apps = [] }: MoveStatus, given: string): string {
  const events = apps.reduce((sum, each) => sum + each.events, 0);
  const rows = apps.length > 0 ? [table(['app', 'days', 'events', 'checksum'], apps.map(rowOf)), ''] : [];
  if (isMongoUrl(given))
    return [
      ...rows,
      `${countOf(events, 'event')} compared with ${to}, ${countText(copied)} of them copied now. Each is there as it is in the engine.`,
    ].join('\n');
  const setting =
    given === 'embedded'
      ? 'Remove `connection` from the settings'
      : given.includes('?cluster=')
        ? 'Set `connection` and `cluster` to the same values, in seismo.config.json or as SEISMO_CONNECTION and SEISMO_CLUSTER'
        : 'Set `connection` to the same value, in seismo.config.json or as SEISMO_CONNECTION';
  return [
    ...rows,
    `${countOf(events, 'event')} moved to ${to}, ${countText(copied)} of them copied now. Each day has the same count and checksum in both places.`,
    `The server uses the new place. ${setting}, so that the setting says where the events are.`,
    'The events in the old place were left as they are. Delete them when you no longer need them.',
  ].join('\n');
}

const rowOf = ({ app, days, events, checksum }: MovedApp): string[] => [
  app,
  countText(days),
  countText(events),
  checksum,
];

function cancelledText({ state, to }: MoveStatus): string {
  if (state === 'cancelled') return `Cancelled the move to ${to}. The server goes on with the old place.`;
  if (state === 'done') return `The move to ${to} was done before.`;
  return 'No move is running.';
}
