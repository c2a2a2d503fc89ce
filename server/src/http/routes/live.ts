import type { OutgoingHttpHeaders } from 'node:http';
import { type Static, Type } from '@sinclair/typebox';
import type { ConnectionRequest } from '../../live/live.ts';
import { SeismoError } from '../../model/errors.ts';
import { filtersOf } from '../../reports/filters.ts';
import { authorize, credentialOf } from '../authenticate.ts';
import type { HttpDeps } from '../deps.ts';
import { sseStreamOf } from '../event-stream.ts';
import { type Call, type Route, route } from '../route.ts';
import { searchOf } from '../url.ts';
import { APP_PATH } from './schemas.ts';

const LAST_ID_MAX_LENGTH = 100;
const LiveParameters = Type.Object({
  rejected: Type.Boolean({ default: false, description: '`true`: what was refused, without filters.' }),
  lastEventId: Type.Optional(
    Type.String({
      maxLength: LAST_ID_MAX_LENGTH,
      'x-expected': 'the id of a message',
      description: 'As the header `Last-Event-ID`, which counts more: go on behind this message.',
    }),
  ),
});
type LiveCall = Call<unknown, Static<typeof LiveParameters>>;

export function liveRoutes(deps: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/live/:app',
      summary: 'Events as they are accepted, or what is refused and why, as server-sent events',
      access: 'read',
      cors: 'read',
      params: APP_PATH,
      query: LiveParameters,
      takesFilters: true,
      answers: {
        200: {
          description:
            'Messages of one event each, as it is answered elsewhere; `gap`, `rejected` and `end` have these names. Goes on until either side ends it.',
          content: { 'text/event-stream': Type.String() },
        },
      },
      errors: ['LIVE_TOO_MANY'],
      handler: (call) => live(deps, call),
    }),
  ];
}

async function live(deps: HttpDeps, call: LiveCall): Promise<unknown> {
  const { query, request, reply } = call;
  const [filter] = call.filters.keys();
  if (query.rejected && filter !== undefined)
    throw new SeismoError('PARAMETER_UNKNOWN', 'What was rejected comes without filters.', {
      field: filter.slice(0, 80),
    });
  const filters = filtersOf(call.filters, call.app, deps.auth.writeKeysOf);
  for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
  if (request.method === 'HEAD') return reply.send();
  // A refusal is answered before the head was sent; the first word sends it.
  const outlet = sseStreamOf(reply.raw, () => {
    reply.hijack();
    reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    reply.raw.socket?.setNoDelay(true);
  });
  const reader = readerOf(deps, call);
  if (query.rejected) deps.live.subscribeToRejections(reader, outlet);
  else deps.live.subscribe({ ...reader, filters }, outlet);
  return undefined;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Nobody on the way may keep or pack it; nginx would gather it.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

function readerOf({ auth }: HttpDeps, { app, who, request, query }: LiveCall): ConnectionRequest {
  // The token is not among the parameters any more.
  const credential = credentialOf(request, searchOf(request));
  const header = request.headers['last-event-id'];
  const lastId = typeof header === 'string' ? header : query.lastEventId;
  if (lastId !== undefined && lastId.length > LAST_ID_MAX_LENGTH)
    throw new SeismoError('PARAMETER_INVALID', '`lastEventId` must be the id of a message.', { field: 'lastEventId' });
  return {
    app,
    caller: who?.kind === 'key' ? `key ${who.id}` : `user ${who?.name}`,
    lastId: lastId === '' ? undefined : lastId,
    expiresAt: credential !== undefined && who?.kind === 'user' ? who.expiresAt : undefined,
    async check() {
      // Whoever came through the data directory's socket may always read.
      if (credential === undefined) return;
      authorize(await auth.identify(credential.token, credential.via), 'read', app, request);
    },
  };
}
