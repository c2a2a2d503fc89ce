import type { Command } from 'commander';
import type { ErasureStatus } from '../model/erasure.ts';
import { type CommonOptions, checkData, type Session, sessionOf, withCommon, withServer } from './common.ts';
import { countOf, countText, table } from './output.ts';

interface ErasureOptions extends CommonOptions {
  readonly app: string;
}

/** As in the API. */
interface Listed {
  readonly id: string;
  readonly status: ErasureStatus;
  readonly createdAt: string;
  readonly query?: string;
  readonly matching?: number;
  readonly erased?: number;
  readonly error?: { readonly detail: string };
}

export function addErasure(program: Command): void {
  const erasure = program.command('erasure').description('erasures of events: see how they are going, and cancel them');

  withCommon(erasure.command('list'))
    .description('list waiting, running and recent erasures')
    .requiredOption('--app <app>', 'the app')
    .action(async (options: ErasureOptions) => {
      const session = await withDataOf(options);
      const found = (await withServer(session, (client) => client.json('GET', pathOf(options.app)))) as Listed[];
      session.output.result(
        found,
        found.length === 0
          ? `There are no erasures of ${options.app}.`
          : table(['id', 'status', 'requested', 'filter', 'matching', 'erased', 'error'], found.map(rowOf)),
      );
    });

  withCommon(erasure.command('cancel <id>'))
    .description('cancel an erasure; events it has erased stay erased')
    .requiredOption('--app <app>', 'the app')
    .action(async (id: string, options: ErasureOptions) => {
      const session = await withDataOf(options);
      const path = `${pathOf(options.app)}/${encodeURIComponent(id)}`;
      const answer = (await withServer(session, (client) => client.json('DELETE', path))) as Listed;
      session.output.result(answer, outcomeOf(answer));
    });
}

async function withDataOf(options: ErasureOptions): Promise<Session> {
  const session = await sessionOf(options);
  if (!session.client) checkData(session);
  return session;
}

const pathOf = (app: string): string => `/api/apps/${encodeURIComponent(app)}/erasures`;

const rowOf = ({ id, status, createdAt, query, matching, erased, error }: Listed): string[] => [
  id,
  status,
  createdAt,
  query ?? '',
  matching === undefined ? '' : countText(matching),
  erased === undefined ? '' : countText(erased),
  error?.detail ?? '',
];

function outcomeOf({ id, status, erased = 0 }: Listed): string {
  if (status === 'cancelled')
    return erased === 0
      ? `Cancelled ${id}. No events were erased.`
      : `Cancelled ${id}. ${countOf(erased, 'event')} had been erased and cannot be restored.`;
  if (status === 'cancelling') return `Cancelling ${id}. The engine is still being stopped.`;
  return `${id} had already ended: ${status}.`;
}
