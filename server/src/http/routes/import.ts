import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import { bytesOf, parsedBody, withBody } from '../body.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { APP_PATH } from './schemas.ts';

/** A request of an import has a few thousand rows. */
const PIECE_MAX_BYTES = 256 * 1024 * 1024;
const fingerprint = Type.String({
  pattern: '^[\\w-]{1,64}$',
  'x-expected': '1 to 64 letters, digits, underscores or hyphens',
  description: 'Identifies the import: a hash of the file and its mapping.',
});
const Import = Type.Object({ fingerprint });
const rows = (description: string) => Type.Integer({ minimum: 0, maximum: 999_999_999_999_999, description });
const Piece = Type.Object({
  fingerprint,
  rowsFrom: rows('Number of rows of the file imported before this request.'),
  rowsDone: rows('Number of rows of the file imported after this request.'),
  defaultTime: Type.Optional(
    rows('The time of rows without one, in milliseconds since 1970. Absent: such rows are rejected.'),
  ),
});

export function importRoutes({ ingest, bodies }: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/admin/import/:app',
      summary: 'Get how far the import of a file has come',
      access: 'admin',
      params: APP_PATH,
      query: Import,
      answers: {
        200: {
          description: 'The number of rows that are done, and how many of them were rejected.',
          content: { 'application/json': Type.Object({ rows: Type.Integer(), rejected: Type.Integer() }) },
        },
      },
      handler: async (call) => await ingest.importProgress(call.app, call.query.fingerprint),
    }),
    route({
      method: 'DELETE',
      url: '/admin/import/:app',
      summary: 'Forget the progress of an import, so that it starts again',
      access: 'admin',
      params: APP_PATH,
      query: Import,
      answers: { 204: { description: 'The progress is forgotten.' } },
      errors: ['JOURNAL_FULL'],
      handler: async (call) => {
        await ingest.forgetImport(call.app, call.query.fingerprint);
        return call.reply.status(204).send();
      },
    }),
    route({
      method: 'POST',
      url: '/admin/import/:app',
      summary: 'Import the next rows of a file, and store the progress with them',
      access: 'admin',
      params: APP_PATH,
      query: Piece,
      rawBody: { 'application/x-ndjson': Type.String() },
      answers: {
        200: {
          description: 'What became of the rows.',
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
        throw new SeismoError('BODY_TYPE_UNSUPPORTED', '`Content-Type` must be `application/x-ndjson`.');
      },
    }),
  ];
}
