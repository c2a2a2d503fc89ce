import type { FastifyReply } from 'fastify';
import { SeismoError } from '../model/errors.ts';
import { booleanOf } from '../reports/parameters.ts';
import { negotiate } from './accept.ts';
import type { Call, Parameter } from './route.ts';
import { parameter } from './routes/schemas.ts';

/** What an answer may look like, as `format=` names it. */
const TYPES = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type Form = keyof typeof TYPES;

export const TABLE_FORMS = ['json', 'ndjson', 'csv'] as const;
export const EVENT_FORMS = ['json', 'ndjson', 'csv', 'parquet'] as const;

/** `format=`, which links can carry, else what `Accept` likes best. Takes the parameter off the others. @throws PARAMETER_INVALID */
export function answerFormOf<T extends Form>({ search, request, reply }: Call, offered: readonly [T, ...T[]]): T {
  sayVary(reply);
  const given = search.getAll('format');
  search.delete('format');
  if (given.length > 0) {
    const form = offered.find((each) => each === given[0]);
    if (form !== undefined && given.length === 1) return form;
    throw new SeismoError('PARAMETER_INVALID', `format must be one of ${offered.join(', ')}.`, { field: 'format' });
  }
  const [first, ...others] = offered;
  const liked = negotiate<string>(request.headers.accept, [TYPES[first], ...others.map((form) => TYPES[form])]);
  return offered.find((form) => TYPES[form] === liked) ?? first;
}

/** The same of `csvSafe`. @throws PARAMETER_INVALID */
export function takeCsvSafe({ search }: Call): boolean {
  const isSafe = booleanOf(search, 'csvSafe', false);
  search.delete('csvSafe');
  return isSafe;
}

function sayVary(reply: FastifyReply): void {
  const said = reply.getHeader('vary');
  reply.header('vary', said === undefined ? 'Accept' : `${said}, Accept`);
}

export const formParameter = (forms: readonly Form[]): Parameter =>
  parameter('format', `${forms.map((form) => `\`${form}\``).join(', ')}; else as \`Accept\` says.`);
