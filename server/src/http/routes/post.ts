import type { IncomingMessage } from 'node:http';
import { type Static, Type } from '@sinclair/typebox';
import type { PostAnswer } from '../../ingest/ingest.ts';
import { ERRORS, type ErrorCode, SeismoError } from '../../model/errors.ts';
import { ADMIN, type Poster } from '../../model/poster.ts';
import type { RequestProperties } from '../../model/request-properties.ts';
import { bodyChunks, bytesOf, formOf, JSON_TYPE, parsedBody, withBody } from '../body.ts';
import { isBotAgent } from '../bots.ts';
import type { HttpDeps } from '../deps.ts';
import { boundsOf, throwRejection } from '../fast-post.ts';
import { requestProperties } from '../request-properties.ts';
import { type Call, type Route, route } from '../route.ts';
import { APP_PATH, StoredEventSchema } from './schemas.ts';

const NewEvent = Type.Object({
  event: Type.Union([Type.String(), Type.Object({ id: Type.Optional(Type.String()), event: Type.String() })]),
  id: Type.Optional(Type.String()),
  uuid: Type.Optional(Type.String()),
  user: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  device: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  session: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  timestamp: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  sentAt: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
const Batch = Type.Object({
  events: Type.Array(NewEvent),
  sentAt: Type.Optional(Type.Union([Type.String(), Type.Number()])),
});
const Body = Type.Union([NewEvent, Type.Array(NewEvent), Batch]);
const NotIndexed = Type.Array(Type.String(), {
  description:
    'Properties that are stored but cannot be used in filters, because the app has too many property names. Absent if all are indexed.',
});
const BatchAnswer = Type.Object({
  accepted: Type.Integer(),
  duplicates: Type.Integer(),
  rejectedTotal: Type.Integer(),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), detail: Type.String() })),
  notIndexed: Type.Optional(NotIndexed),
});
const StoredNow = Type.Intersect([StoredEventSchema, Type.Object({ notIndexed: Type.Optional(NotIndexed) })]);
const Duplicate = Type.Object({ uuid: Type.String(), app: Type.String(), duplicate: Type.Literal(true) });

/** For a single event. In a batch, each event has its own. */
const EVENT_ERRORS = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => code.startsWith('EVENT_'));
const PostParameters = Type.Object({
  device: Type.Optional(
    Type.Literal('daily', {
      description:
        '`daily`: an event without a device that names no user, or is an `$identify`, gets a device of this day, an HMAC of address and user agent.',
    }),
  ),
  bot: Type.Optional(
    Type.Literal(true, {
      description:
        '`true`: a program drives the page. Its events get `data.$bot`, and its page views are rejected (`EVENT_FROM_BOT`) unless `keepBotPageViews` is set; so it is with the user agents of crawlers.',
    }),
  ),
});
type PostCall = Call<unknown, Static<typeof PostParameters>>;

/** The browser client has it too. */
export const EVENTS_PATH = '/api/events';

export function postRoutes(deps: HttpDeps): readonly Route[] {
  const { postPath } = deps.config;
  return [...new Set([EVENTS_PATH, postPath])].map((path) =>
    route({
      method: 'POST',
      url: `${path}/:app`,
      summary: 'Send one or more events; the answer comes when they are on disk',
      access: 'ingest',
      cors: 'ingest',
      params: APP_PATH,
      query: PostParameters,
      rawBody: { 'application/json': Body, 'text/plain': Body, 'application/x-ndjson': Type.String() },
      answers: {
        200: {
          description: 'The counts of a batch, or the uuid of a single event that is a duplicate.',
          content: { 'application/json': Type.Union([BatchAnswer, Duplicate]) },
        },
        201: { description: 'The stored event.', content: { 'application/json': StoredNow } },
      },
      errors: [
        ...EVENT_ERRORS,
        'BATCH_ALL_REJECTED',
        'BODY_NOT_JSON',
        'BODY_TOO_LARGE',
        'BODY_TYPE_UNSUPPORTED',
        'AUTH_ORIGIN_REFUSED',
        'RATE_LIMITED',
        'RATE_BATCH_TOO_LARGE',
        'QUOTA_REACHED',
        'JOURNAL_FULL',
        'JOURNAL_UNAVAILABLE',
        'SERVER_BUSY',
      ],
      handler: (call) => post(deps, call),
    }),
  );
}

async function post(deps: HttpDeps, call: PostCall): Promise<unknown> {
  const { app, identity, request, reply } = call;
  throwRejection(request.raw);
  const arrivedAt = deps.now();
  const { device, isBot, properties } = visitorOf(deps, call);
  const known = identity?.kind === 'key' ? deps.auth.posterOf(identity.id) : ADMIN;
  const poster: Poster = {
    ...known,
    ...(isBot && { bot: { keepsPageViews: deps.config.keepBotPageViews } }),
    ...(properties && { properties }),
  };
  // The number of events and bytes is only known once a body is read, so they are charged then. Bodies of a key in debt are not read.
  poster.allowance?.checkOpen();
  const answer = await read(deps, app, request.raw, { arrivedAt, device, poster });
  return reply.status(answer.status).header('content-type', JSON_TYPE).send(answer.body);
}

interface Arrival {
  readonly arrivedAt: number;
  readonly device: string | undefined;
  readonly poster: Poster;
}

async function read(
  deps: HttpDeps,
  app: string,
  request: IncomingMessage,
  { arrivedAt, device, poster }: Arrival,
): Promise<PostAnswer> {
  const { ingest, config, bodies } = deps;
  const form = formOf(request);
  const parsed = parsedBody(request);
  if (!parsed)
    return form === 'json'
      ? await withBody(request, boundsOf(deps, poster), (bytes) => ingest.post(app, bytes, arrivedAt, device, poster))
      : await ingest.postLines(app, bodyChunks(request, bodies), arrivedAt, device, poster);
  const bytes = bytesOf(parsed.value);
  if (bytes === undefined) return await ingest.postParsed(app, parsed.value, arrivedAt, device, poster);
  if (form === 'lines') return await ingest.postLines(app, once(bytes), arrivedAt, device, poster);
  if (bytes.length > config.bodyMaxBytes)
    throw new SeismoError('BODY_TOO_LARGE', `The body is larger than ${config.bodyMaxBytes} bytes (\`bodyMaxBytes\`).`);
  // Ingest takes ownership of the bytes, and these belong to the host application.
  return await ingest.post(app, Buffer.from(bytes), arrivedAt, device, poster);
}

/**
 * The visitor of the page that posts: its device, if the page stores none and asks for one, whether it is a bot, and what else its request says. Programs ask for no device and
 * have no origin; not having a browser's user agent does not make them bots.
 */
function visitorOf({ ingest, config, placeOf }: HttpDeps, { app, query, request }: PostCall): Visitor {
  const agent = request.headers['user-agent'];
  const device = query.device === 'daily' ? ingest.dailyDevice(app, request.ip, agent ?? '') : undefined;
  const isPage = device !== undefined || request.headers.origin !== undefined;
  const properties = isPage && config.requestProperties ? requestProperties(request, config, placeOf) : undefined;
  return { device, isBot: query.bot === true || (isPage && isBotAgent(agent)), properties };
}

interface Visitor {
  readonly device: string | undefined;
  readonly isBot: boolean;
  readonly properties: RequestProperties | undefined;
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
