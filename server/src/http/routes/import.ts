import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../errors.ts';
import { jsonOf } from '../body.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Route } from '../route.ts';
import { parameter } from './schemas.ts';

/** A piece of an import is some thousand rows. */
const PIECE_MAX_BYTES = 256 * 1024 * 1024;
const FINGERPRINT = parameter('fingerprint', 'Of the file and its mapping: which import this is.');

export function importRoutes({ ingest }: HttpDeps): readonly Route[] {
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
      handler: async (call) => ({ rows: ingest.importedRows(call.app, fingerprintOf(call)) }),
    },
    {
      method: 'POST',
      url: '/admin/import/:app',
      summary: 'One piece of a file, journalled together with the place reached',
      access: 'admin',
      query: [FINGERPRINT, parameter('rowsDone', 'Rows of the file done after this piece.')],
      rawBody: { 'application/json': Type.Array(Type.Unknown()) },
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
      errors: ['BODY_NOT_JSON', 'JOURNAL_FULL'],
      async handler(call) {
        const rowsDone = Number(call.search.get('rowsDone'));
        if (!Number.isSafeInteger(rowsDone) || rowsDone < 0)
          throw new SeismoError('PARAMETER_INVALID', 'rowsDone must be a whole number.', { field: 'rowsDone' });
        return await ingest.importRows(call.app, fingerprintOf(call), await rowsOf(call), rowsDone);
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

async function rowsOf({ request }: Call): Promise<readonly unknown[]> {
  const rows = await jsonOf(request.raw, PIECE_MAX_BYTES);
  if (Array.isArray(rows)) return rows;
  throw new SeismoError('BODY_NOT_JSON', 'The body must be a JSON array of events.');
}
