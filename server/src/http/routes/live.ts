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
  rejected: Type.Boolean({ default: false, description: '`true`: rejected events instead. Filters do not apply.' }),
  lastEventId: Type.Optional(
    Type.String({
      maxLength: LAST_ID_MAX_LENGTH,
      'x-expected': 'the id of a message in the stream',
      description: 'Continue after this message. The header `Last-Event-ID` takes precedence.',
    }),
  ),
});
type LiveCall = Call<unknown, Static<typeof LiveParameters>>;

export function liveRoutes(deps: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/live/:app',
      summary: 'Stream events as they are accepted, or rejected events with reasons, as server-sent events',
      access: 'read',
      cors: 'read',
      params: APP_PATH,
      query: LiveParameters,
      takesFilters: true,
      answers: {
        200: {
          description:
            'One message for each event, in the format of other routes. Other messages are named `gap`, `rejected` and `end`. The stream continues until either side closes it.',
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
    throw new SeismoError('PARAMETER_UNKNOWN', 'Filters do not apply to rejected events. Remove them.', {
      field: filter.slice(0, 80),
    });
  const filters = filtersOf(call.filters, call.app, deps.auth.writeKeysOf);
  for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
  if (request.method === 'HEAD') return reply.send();
  // An error is answered as long as the head is not sent; the first bytes send it.
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
  // Proxies must not cache or compress it; nginx would buffer it.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

function readerOf({ auth }: HttpDeps, { app, identity, request, query }: LiveCall): ConnectionRequest {
  // The token is no longer among the parameters.
  const credential = credentialOf(request, searchOf(request));
  const header = request.headers['last-event-id'];
  const lastId = typeof header === 'string' ? header : query.lastEventId;
  if (lastId !== undefined && lastId.length > LAST_ID_MAX_LENGTH)
    throw new SeismoError('PARAMETER_INVALID', '`lastEventId` must be the id of a message in the stream.', {
      field: 'lastEventId',
    });
  return {
    app,
    caller: identity?.kind === 'key' ? `key ${identity.id}` : `user ${identity?.name}`,
    lastId: lastId === '' ? undefined : lastId,
    expiresAt: credential !== undefined && identity?.kind === 'user' ? identity.expiresAt : undefined,
    async check() {
      // Callers through the data directory's socket can always read.
      if (credential === undefined) return;
      authorize(await auth.identify(credential.token, credential.via), 'read', app, request);
    },
  };
}
