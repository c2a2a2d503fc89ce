import { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import { eventToJson } from '../../event.ts';
import type { EventRow } from '../../store/store.ts';
import { negotiate } from '../accept.ts';
import { CSV_TYPE, csvOf } from '../csv.ts';
import type { HttpDeps } from '../deps.ts';
import { asSeismoError, instanceOf } from '../problem.ts';
import type { Call, Route } from '../route.ts';
import { pathOf } from '../url.ts';
import { sayAsOf } from './as-of.ts';
import { FILTERS, FRESH, FROM_TO, parameter, StoredEventSchema } from './schemas.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const LINES_TYPE = 'application/x-ndjson; charset=utf-8';

export function eventRoutes(deps: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/events/:app',
      summary: 'Events, newest first; all of them as NDJSON or CSV',
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
        parameter('csvSafe', '`true` quotes CSV cells that begin with = + - @.'),
        FRESH,
      ],
      answers: {
        200: {
          description:
            'A page; `Link: rel="next"` leads to the following one. As NDJSON or CSV: everything, as it flows.',
          content: {
            'application/json': Type.Array(StoredEventSchema),
            'application/x-ndjson': Type.String(),
            'text/csv': Type.String(),
          },
        },
      },
      errors: ['PARAMETER_UNKNOWN', 'PARAMETER_INVALID', 'CURSOR_INVALID', 'STORE_BEHIND', 'STORE_UNAVAILABLE'],
      handler: (call) => events(deps, call),
    },
  ];
}

async function events(deps: HttpDeps, call: Call): Promise<unknown> {
  const { app, search, request, reply } = call;
  const form = negotiate(request.headers.accept, ['application/json', 'application/x-ndjson', 'text/csv']);
  reply.header('vary', reply.getHeader('vary') === undefined ? 'Accept' : `${reply.getHeader('vary')}, Accept`);
  if (form === 'application/json') return await page(deps, call);
  const safe = form === 'text/csv' && search.get('csvSafe') === 'true';
  const answer = await deps.reports.eventsStream(app, search, call.control());
  sayAsOf(reply, answer);
  reply.header('content-type', form === 'text/csv' ? CSV_TYPE : LINES_TYPE);
  const pages = toldWhenCut(deps, call, form === 'text/csv' ? csvOf(answer.value, safe) : lines(answer.value));
  if (request.method === 'HEAD') {
    await pages.return(undefined);
    return reply.send();
  }
  return Readable.from(pages, { objectMode: false });
}

/** A failure on the way cuts the answer, so that nobody takes it for whole; why is in the log alone. */
async function* toldWhenCut({ logger }: HttpDeps, { request }: Call, pieces: AsyncGenerator<Buffer>) {
  try {
    yield* pieces;
  } catch (error) {
    const problem = asSeismoError(error);
    const fields = { instance: instanceOf(request), code: problem.code, err: problem.cause ?? problem };
    if (!request.raw.socket.destroyed) logger.warn(fields, 'a streamed answer was cut');
    throw error;
  }
}

async function page(deps: HttpDeps, call: Call): Promise<unknown> {
  const { app, search, request, reply } = call;
  const answer = await deps.reports.eventsPage(app, search, call.control());
  sayAsOf(reply, answer);
  if (answer.value.next !== undefined) {
    const following = new URLSearchParams(search);
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
