import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import { bytesOf, parsedBody, withBody } from '../body.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Route } from '../route.ts';
import { parameter } from './schemas.ts';

/** A piece of an import is some thousand rows. */
const PIECE_MAX_BYTES = 256 * 1024 * 1024;
const FINGERPRINT = parameter('fingerprint', 'Of the file and its mapping: which import this is.');

export function importRoutes({ ingest, bodies }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/admin/import/:app',
      summary: 'How many rows of a file are imported already',
      access: 'admin',
      query: [FINGERPRINT],
      answers: {
        200: { description: 'Rows.', content: { 'application/json': Type.Object({ rows: Type.Integer() }) } },
      },
      handler: async (call) => ({ rows: await ingest.importedRows(call.app, fingerprintOf(call)) }),
    },
    {
      method: 'DELETE',
      url: '/admin/import/:app',
      summary: 'Forgets how far a file is imported: its next piece is the first one again',
      access: 'admin',
      query: [FINGERPRINT],
      answers: { 204: { description: 'Forgotten.' } },
      errors: ['JOURNAL_FULL'],
      handler: async (call) => {
        await ingest.forgetImport(call.app, fingerprintOf(call));
        return call.reply.status(204).send();
      },
    },
    {
      method: 'POST',
      url: '/admin/import/:app',
      summary: 'One piece of a file, journalled together with the place reached',
      access: 'admin',
      query: [
        FINGERPRINT,
        parameter('rowsFrom', 'Rows of the file done before this piece.'),
        parameter('rowsDone', 'Rows of the file done after this piece.'),
        parameter('defaultTime', 'When rows without a time happened, ms since 1970; absent: they are refused.'),
      ],
      rawBody: { 'application/x-ndjson': Type.String() },
      answers: {
        200: {
          description: 'The counts.',
          content: {
            'application/json': Type.Object({
              accepted: Type.Integer(),
              duplicates: Type.Integer(),
              rejected: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), detail: Type.String() })),
            }),
          },
        },
      },
      errors: ['IMPORT_OUT_OF_STEP', 'BODY_TOO_LARGE', 'STORE_BEHIND', 'JOURNAL_FULL'],
      async handler(call) {
        const piece = {
          app: call.app,
          fingerprint: fingerprintOf(call),
          rowsFrom: numberOf(call, 'rowsFrom'),
          rowsDone: numberOf(call, 'rowsDone'),
          defaultTime: call.search.has('defaultTime') ? numberOf(call, 'defaultTime') : undefined,
        };
        const { raw } = call.request;
        const parsed = parsedBody(raw);
        if (!parsed)
          return await withBody(raw, { maxBytes: PIECE_MAX_BYTES, budget: bodies }, (lines) =>
            ingest.importRows({ ...piece, lines }),
          );
        const lines = bytesOf(parsed.value);
        if (lines !== undefined) return await ingest.importRows({ ...piece, lines });
        throw new SeismoError('BODY_TYPE_UNSUPPORTED', 'Rows come as application/x-ndjson.');
      },
    },
  ];
}

function fingerprintOf({ search }: Call): string {
  const fingerprint = search.get('fingerprint') ?? '';
  if (!/^[\w-]{1,64}$/.test(fingerprint))
    throw new SeismoError('PARAMETER_INVALID', 'fingerprint must be 1 to 64 letters and digits.', {
      field: 'fingerprint',
    });
  return fingerprint;
}

function numberOf({ search }: Call, name: 'rowsFrom' | 'rowsDone' | 'defaultTime'): number {
  const value = /^\d{1,15}$/.test(search.get(name) ?? '') ? Number(search.get(name)) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new SeismoError('PARAMETER_INVALID', `${name} must be a whole number.`, { field: name });
}
