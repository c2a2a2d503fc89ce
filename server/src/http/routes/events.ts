import { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import type { EventRow } from '../../model/event.ts';
import { eventToJson } from '../../model/event.ts';
import { CSV_TYPE, csvOf, LINES_TYPE } from '../csv.ts';
import type { HttpDeps } from '../deps.ts';
import { answerFormOf, EVENT_FORMS, type Form, formParameter } from '../form.ts';
import { PARQUET_TYPE, parquetOf } from '../parquet.ts';
import { asSeismoError, instanceOf } from '../problem.ts';
import type { Call, Route } from '../route.ts';
import { pathOf } from '../url.ts';
import { sayAsOf } from './as-of.ts';
import { CSV_SAFE, FILTERS, FRESH, FROM_TO, parameter, StoredEventSchema } from './schemas.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

export function eventRoutes(deps: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/events/:app',
      summary: 'Events, newest first; all of them as NDJSON, CSV or Parquet',
      access: 'read',
      cors: 'read',
      timed: true,
      query: [
        ...FILTERS,
        parameter('date', '`today`, `yesterday` or a day.'),
        ...FROM_TO,
        parameter('order', '`asc` or `desc` (default).'),
        { name: 'limit', description: 'Events a page, 1,000 unless said.', schema: Type.Integer({ minimum: 1 }) },
        parameter('cursor', 'From the Link header: the page after this place.'),
        parameter('timeZone', 'The zone of dates without offset.'),
        formParameter(EVENT_FORMS),
        CSV_SAFE,
        FRESH,
      ],
      answers: {
        200: {
          description:
            'A page; `Link: rel="next"` leads to the following one. As NDJSON, CSV or Parquet: everything, as it flows.',
          content: {
            'application/json': Type.Array(StoredEventSchema),
            'application/x-ndjson': Type.String(),
            'text/csv': Type.String(),
            [PARQUET_TYPE]: Type.String({ contentMediaType: PARQUET_TYPE }),
          },
        },
      },
      errors: [
        'PARAMETER_UNKNOWN',
        'PARAMETER_INVALID',
        'CURSOR_INVALID',
        'PROPERTY_NOT_INDEXED',
        'STORE_BEHIND',
        'QUERY_TOO_MANY',
        'QUERY_WAITED_TOO_LONG',
        'STORE_UNAVAILABLE',
      ],
      handler: (call) => events(deps, call),
    },
  ];
}

async function events(deps: HttpDeps, call: Call): Promise<unknown> {
  const { app, search, request, reply } = call;
  const isSaid = search.has('format');
  const form = answerFormOf(call, EVENT_FORMS);
  if (form === 'json') return await page(deps, call, isSaid);
  const answer = await deps.reports.eventsStream(app, search, call.control());
  sayAsOf(reply, answer);
  reply.header('content-type', STREAM_TYPES[form]);
  if (form === 'parquet') reply.header('content-disposition', `attachment; filename="${app}.parquet"`);
  const counted = { events: 0 };
  const rows = countedPages(answer.value, counted);
  const pages = toldWhenCut(deps, call, streamOf(form, rows, search.get('csvSafe') === 'true'), () =>
    call.audited('export events', { format: form, ...counted }),
  );
  if (request.method === 'HEAD') {
    await pages.return(undefined);
    return reply.send();
  }
  return Readable.from(pages, { objectMode: false });
}

const STREAM_TYPES = { csv: CSV_TYPE, ndjson: LINES_TYPE, parquet: PARQUET_TYPE };

function streamOf(
  form: Exclude<Form, 'json'>,
  pages: AsyncIterable<readonly EventRow[]>,
  safe: boolean,
): AsyncGenerator<Buffer> {
  if (form === 'parquet') return parquetOf(pages);
  return form === 'csv' ? csvOf(pages, safe) : lines(pages);
}

async function* countedPages(pages: AsyncIterable<readonly EventRow[]>, counted: { events: number }) {
  for await (const rows of pages) {
    counted.events += rows.length;
    yield rows;
  }
}

/** A failure on the way cuts the answer, so that nobody takes it for whole; why is in the log alone. */
async function* toldWhenCut(
  { logger }: HttpDeps,
  { request }: Call,
  pieces: AsyncGenerator<Buffer>,
  atEnd: () => void,
) {
  try {
    yield* pieces;
  } catch (error) {
    const problem = asSeismoError(error);
    const fields = { instance: instanceOf(request), code: problem.code, err: problem.cause ?? problem };
    if (!request.raw.socket.destroyed) logger.warn(fields, 'a streamed answer was cut');
    throw error;
  } finally {
    // Also of a caller that went away: what was read until then was read.
    atEnd();
  }
}

/** @param isSaid the form was asked for by `format`: the next page is, too */
async function page(deps: HttpDeps, call: Call, isSaid: boolean): Promise<unknown> {
  const { app, search, request, reply } = call;
  const answer = await deps.reports.eventsPage(app, search, call.control());
  sayAsOf(reply, answer);
  if (answer.value.next !== undefined) {
    const following = new URLSearchParams(search);
    following.set('cursor', answer.value.next);
    if (isSaid) following.set('format', 'json');
    reply.header('link', `<${pathOf(request)}?${following}>; rel="next"`);
  }
  reply.header('content-type', JSON_TYPE);
  return `[${answer.value.events.map(eventToJson).join(',')}]`;
}

async function* lines(pages: AsyncIterable<readonly EventRow[]>): AsyncGenerator<Buffer> {
  for await (const rows of pages)
    if (rows.length > 0) yield Buffer.from(`${rows.map((row) => eventToJson(row)).join('\n')}\n`);
}
