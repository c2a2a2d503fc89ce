import { Readable } from 'node:stream';
import { type Static, Type } from '@sinclair/typebox';
import type { EventRow } from '../../model/event.ts';
import { eventToJson } from '../../model/event.ts';
import { EVENTS_PARAMETERS } from '../../reports/queries.ts';
import { answerFormat, EVENT_FORMATS, type Format, formatParameters } from '../answer-format.ts';
import { CSV_TYPE, csvOf, LINES_TYPE } from '../csv.ts';
import type { HttpDeps } from '../deps.ts';
import { PARQUET_TYPE, parquetOf } from '../parquet.ts';
import { asSeismoError, instanceOf } from '../problem.ts';
import { type Call, type Route, route } from '../route.ts';
import { pathOf, searchOf } from '../url.ts';
import { sayAsOf } from './as-of.ts';
import { APP_PATH, StoredEventSchema } from './schemas.ts';

const EventsParameters = Type.Object({ ...EVENTS_PARAMETERS, ...formatParameters(EVENT_FORMATS) });
type EventsCall = Call<object, Static<typeof EventsParameters>>;

const JSON_TYPE = 'application/json; charset=utf-8';

export function eventRoutes(deps: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/events/:app',
      summary: 'List events, newest first; as NDJSON, CSV or Parquet, export all of them',
      access: 'read',
      cors: 'read',
      timed: true,
      params: APP_PATH,
      query: EventsParameters,
      takesFilters: true,
      answers: {
        200: {
          description:
            'A page; `Link: rel="next"` points to the next one. As NDJSON, CSV or Parquet, all events are streamed.',
          content: {
            'application/json': Type.Array(StoredEventSchema),
            'application/x-ndjson': Type.String(),
            'text/csv': Type.String(),
            [PARQUET_TYPE]: Type.String({ contentMediaType: PARQUET_TYPE }),
          },
        },
      },
      errors: ['PROPERTY_NOT_INDEXED', 'STORE_BEHIND', 'QUERY_TOO_MANY', 'QUERY_WAITED_TOO_LONG', 'STORE_UNAVAILABLE'],
      handler: (call) => events(deps, call),
    }),
  ];
}

async function events(deps: HttpDeps, call: EventsCall): Promise<unknown> {
  const { app, query, filters, request, reply } = call;
  const form = answerFormat(call, query.format, EVENT_FORMATS);
  if (form === 'json') return await page(deps, call);
  const answer = await deps.reports.eventsStream(app, { ...query, filters }, call.control());
  sayAsOf(reply, answer);
  reply.header('content-type', STREAM_TYPES[form]);
  if (form === 'parquet') reply.header('content-disposition', `attachment; filename="${app}.parquet"`);
  const counted = { events: 0 };
  const rows = countedPages(answer.value, counted);
  const pages = toldWhenCut(deps, call, streamOf(form, rows, query.csvSafe), () =>
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
  form: Exclude<Format, 'json'>,
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

/** A failure while streaming cuts the answer off, so that no one takes it for complete. Only the log has the reason. */
async function* toldWhenCut(
  { logger }: HttpDeps,
  { request }: Pick<Call, 'request'>,
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
    // Also for a client that disconnected: what it received until then was read.
    atEnd();
  }
}

async function page(deps: HttpDeps, call: EventsCall): Promise<unknown> {
  const { app, query, filters, request, reply } = call;
  const answer = await deps.reports.eventsPage(app, { ...query, filters }, call.control());
  sayAsOf(reply, answer);
  if (answer.value.next !== undefined) {
    const following = searchOf(request);
    following.delete('access_token');
    following.set('cursor', answer.value.next);
    reply.header('link', `<${pathOf(request)}?${following}>; rel="next"`);
  }
  reply.header('content-type', JSON_TYPE);
  return `[${answer.value.events.map(eventToJson).join(',')}]`;
}

async function* lines(pages: AsyncIterable<readonly EventRow[]>): AsyncGenerator<Buffer> {
  for await (const rows of pages)
    if (rows.length > 0) yield Buffer.from(`${rows.map((row) => eventToJson(row)).join('\n')}\n`);
}
