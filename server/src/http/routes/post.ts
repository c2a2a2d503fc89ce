import type { IncomingMessage } from 'node:http';
import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../errors.ts';
import type { PostAnswer } from '../../ingest/ingest.ts';
import { ADMIN, type Poster } from '../../poster.ts';
import { bodyChunks, bytesOf, formOf, JSON_TYPE, parsedBody, withBody } from '../body.ts';
import type { HttpDeps } from '../deps.ts';
import { boundsOf, throwRefusal } from '../fast-post.ts';
import type { Call, Route } from '../route.ts';
import { parameter, StoredEventSchema } from './schemas.ts';

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
const BatchAnswer = Type.Object({
  accepted: Type.Integer(),
  duplicates: Type.Integer(),
  rejectedTotal: Type.Integer(),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), detail: Type.String() })),
});
const Duplicate = Type.Object({ uuid: Type.String(), app: Type.String(), duplicate: Type.Literal(true) });

export function postRoutes(deps: HttpDeps): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/events/:app',
      summary: 'Post one event or many; the answer leaves when they are on disk',
      access: 'ingest',
      cors: 'ingest',
      query: [
        parameter(
          'device',
          '`daily`: an event without a device that names no user, or is an `$identify`, gets a device of this day, an HMAC of address and user agent.',
        ),
      ],
      rawBody: { 'application/json': Body, 'text/plain': Body, 'application/x-ndjson': Type.String() },
      answers: {
        200: {
          description: 'The counts of a batch; or the uuid of one event that was known.',
          content: { 'application/json': Type.Union([BatchAnswer, Duplicate]) },
        },
        201: { description: 'The stored event.', content: { 'application/json': StoredEventSchema } },
      },
      errors: [
        'BATCH_ALL_REJECTED',
        'PARAMETER_UNKNOWN',
        'PARAMETER_INVALID',
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
    },
  ];
}

async function post(deps: HttpDeps, call: Call): Promise<unknown> {
  const { app, who, request, reply } = call;
  throwRefusal(request.raw);
  const arrivedAt = deps.now();
  const device = deviceOf(deps, call);
  const poster = who?.kind === 'key' ? deps.auth.posterOf(who.id) : ADMIN;
  // How many events and bytes a body holds is known when it is read: they are taken then. A key in debt is not read at all.
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
    throw new SeismoError('BODY_TOO_LARGE', `The body is over ${config.bodyMaxBytes} bytes (bodyMaxBytes).`);
  // Ingest takes the bytes over, and these are the host's.
  return await ingest.post(app, Buffer.from(bytes), arrivedAt, device, poster);
}

/** The device that a page asks for, which stores none: a server that posts for others does not ask. */
function deviceOf({ ingest }: HttpDeps, { app, search, request }: Call): string | undefined {
  let device: string | undefined;
  for (const [name, value] of search) {
    if (name !== 'device')
      throw new SeismoError('PARAMETER_UNKNOWN', `Posting knows no parameter "${name.slice(0, 80)}".`, { field: name });
    if (value !== 'daily')
      throw new SeismoError('PARAMETER_INVALID', 'device must be daily, or absent.', { field: name });
    device = ingest.dailyDevice(app, request.ip, request.headers['user-agent'] ?? '');
  }
  return device;
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
