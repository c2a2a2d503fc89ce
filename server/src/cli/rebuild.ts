import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RebuildStats } from '../ingest/archiving/rebuild.ts';
import type { IngestStats } from '../ingest/ingest.ts';
import { type CommonOptions, sessionOf, withCommon, withServer } from './common.ts';
import { CommandFailure } from './failure.ts';
import { countOf, countText } from './output.ts';
import { progressBar } from './progress.ts';

const POLL_MS = 250;

/** What `GET /api/stats` answers, as far as it is needed here. */
interface Stats {
  readonly ingest: IngestStats;
  readonly store: { readonly events: number } | null;
}

export function addRebuild(program: Command): void {
  withCommon(program.command('rebuild'))
    .description('fill an empty engine from MongoDB (the setting archive)')
    .addHelpText(
      'after',
      `
A server with an empty engine does this by itself when it starts, and goes on after an interruption. This command waits for
it and shows how far it is; without a server, it does the work itself. To begin anew, stop the server and move the
directory engine out of the data directory.`,
    )
    .action(async (options: CommonOptions) => {
      const session = await sessionOf(options);
      await withServer(session, async (client) => {
        const read = async (): Promise<Stats> => (await client.json('GET', '/api/stats')) as Stats;
        const { ingest, store } = await read();
        if (ingest.archive === undefined)
          throw new CommandFailure('There is no MongoDB to fill the engine from. Set `archive` to its URL.');
        if (ingest.rebuild === undefined) {
          const why =
            store !== null && store.events > 0
              ? `The engine has ${countOf(store.events, 'event')}, so nothing is filled in. \`seismo rebuild --help\` says how to begin anew.`
              : 'MongoDB has no events to fill the engine from.';
          session.output.result({ done: 0, rejected: 0 }, why);
          return;
        }
        const { done, rejected } = await ended(read, ingest.rebuild, options.json === true);
        const left =
          rejected > 0 ? ` The engine rejected ${countOf(rejected, 'event')}; they are in MongoDB only.` : '';
        session.output.result({ done, rejected }, `The engine has ${countOf(done, 'event')} from MongoDB.${left}`);
      });
    });
}

async function ended(read: () => Promise<Stats>, first: RebuildStats, silent: boolean): Promise<RebuildStats> {
  const bar = progressBar(silent, 'events', true);
  try {
    for (let rebuild = first; ; ) {
      bar.update(rebuild.events ? rebuild.done / rebuild.events : 0, countText(rebuild.done));
      if (rebuild.state === 'done') return rebuild;
      await pause(POLL_MS);
      rebuild = (await read()).ingest.rebuild ?? { ...rebuild, state: 'done' };
    }
  } finally {
    bar.stop();
  }
}
