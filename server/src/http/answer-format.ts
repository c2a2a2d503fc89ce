import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { negotiate } from './negotiate.ts';
import type { Call } from './route.ts';

/** The formats of an answer, as `format=` names them. */
const TYPES = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type Format = keyof typeof TYPES;

export const TABLE_FORMATS = ['json', 'ndjson', 'csv'] as const;
export const EVENT_FORMATS = ['json', 'ndjson', 'csv', 'parquet'] as const;

/** `format=`, which links can use, or else what `Accept` prefers. */
export function answerFormat<T extends Format>(
  { request, reply }: Pick<Call, 'request' | 'reply'>,
  given: T | undefined,
  offered: readonly [T, ...T[]],
): T {
  sayVary(reply);
  if (given !== undefined) return given;
  const [first, ...others] = offered;
  const liked = negotiate<string>(request.headers.accept, [TYPES[first], ...others.map((form) => TYPES[form])]);
  return offered.find((form) => TYPES[form] === liked) ?? first;
}

function sayVary(reply: FastifyReply): void {
  const said = reply.getHeader('vary');
  reply.header('vary', said === undefined ? 'Accept' : `${said}, Accept`);
}

/** Parameters of routes whose answers have several formats. */
export const formatParameters = <const T extends readonly Format[]>(forms: T) => ({
  format: Type.Optional(
    Type.Unsafe<T[number]>(
      Type.Union(
        forms.map((form) => Type.Literal(form)),
        { description: 'What the answer looks like; without it as `Accept` says.' },
      ),
    ),
  ),
  csvSafe: Type.Boolean({
    default: false,
    description:
      '`true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again.',
  }),
});
