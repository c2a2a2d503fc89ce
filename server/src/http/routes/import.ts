import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import { bytesOf, parsedBody, withBody } from '../body.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { APP_PATH } from './schemas.ts';

/** A piece of an import is some thousand rows. */
const PIECE_MAX_BYTES = 256 * 1024 * 1024;
const fingerprint = Type.String({
  pattern: '^[\\w-]{1,64}$',
  'x-expected': '1 to 64 letters and digits',
  description: 'Of the file and its mapping: which import this is.',
});
const Import = Type.Object({ fingerprint });
const rows = (description: string) => Type.Integer({ minimum: 0, maximum: 999_999_999_999_999, description });
const Piece = Type.Object({
  fingerprint,
  rowsFrom: rows('Rows of the file done before this piece.'),
  rowsDone: rows('Rows of the file done after this piece.'),
  defaultTime: Type.Optional(rows('When rows without a time happened, ms since 1970; absent: they are refused.')),
});

export function importRoutes({ ingest, bodies }: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/admin/import/:app',
      summary: 'How many rows of a file are imported already',
      access: 'admin',
      params: APP_PATH,
      query: Import,
      answers: {
        200: { description: 'Rows.', content: { 'application/json': Type.Object({ rows: Type.Integer() }) } },
      },
      handler: async (call) => ({ rows: await ingest.importedRows(call.app, call.query.fingerprint) }),
    }),
    route({
      method: 'DELETE',
      url: '/admin/import/:app',
      summary: 'Forgets how far a file is imported: its next piece is the first one again',
      access: 'admin',
      params: APP_PATH,
      query: Import,
      answers: { 204: { description: 'Forgotten.' } },
      errors: ['JOURNAL_FULL'],
      handler: async (call) => {
        await ingest.forgetImport(call.app, call.query.fingerprint);
        return call.reply.status(204).send();
      },
    }),
    route({
      method: 'POST',
      url: '/admin/import/:app',
      summary: 'One piece of a file, journalled together with the place reached',
      access: 'admin',
      params: APP_PATH,
      query: Piece,
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
          fingerprint: call.query.fingerprint,
          rowsFrom: call.query.rowsFrom,
          rowsDone: call.query.rowsDone,
          defaultTime: call.query.defaultTime,
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
    }),
  ];
}
