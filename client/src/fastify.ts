import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Client } from './client.ts';
import { createClient } from './node.ts';
import type { ClientOptions } from './options.ts';
import { createRequestEvents, type NamedOptions, type RequestOptions, sinceMs, UNMATCHED } from './requests.ts';

/** The parts of Fastify that are used, the same in versions 4 and 5. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly url: string;
  readonly is404?: boolean;
  readonly routeOptions?: { readonly url?: string | undefined };
  readonly socket: Pick<Socket, 'bytesWritten'>;
}
export interface FastifyReplyLike {
  readonly statusCode: number;
  readonly raw: Pick<ServerResponse, 'writableFinished'>;
}
type Done = (error?: Error) => void;
export type ResponseHook = (request: FastifyRequestLike, reply: FastifyReplyLike, done: Done) => void;

/** The parts of the instance that the plugin needs. */
export interface FastifyLike {
  decorate(name: string, value: unknown): unknown;
  addHook(name: 'onRequest' | 'onResponse', hook: ResponseHook): unknown;
  addHook(
    name: 'onError',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, error: Error, done: Done) => void,
  ): unknown;
  addHook(name: 'onClose', hook: (instance: unknown, done: Done) => void): unknown;
}

/** Available as `fastify.seismo`. */
export interface SeismoFastify {
  readonly client: Client;
  /** For the `onResponse` hook of one route: another event, when it was answered with a status below 400. */
  trackEvent(name: string, options?: NamedOptions<FastifyRequestLike>): ResponseHook;
}

export type SeismoFastifyOptions = (ClientOptions | { readonly client: Client }) & RequestOptions<FastifyRequestLike>;

/** One event per request and one per error; `fastify.seismo` for more. */
export function seismoFastify(fastify: FastifyLike, options: SeismoFastifyOptions, done: Done): void {
  const own = 'client' in options ? undefined : createClient(options);
  const client = 'client' in options ? options.client : own!;
  const events = createRequestEvents(client, options);
  /** The requests that are followed: when they began, and what their socket had written before. */
  const followed = new WeakMap<FastifyRequestLike, { readonly startedAt: number; readonly written: number }>();
  const routeOf = ({ is404, routeOptions }: FastifyRequestLike): string =>
    is404 ? UNMATCHED : (routeOptions?.url ?? UNMATCHED);

  const seismo: SeismoFastify = {
    client,
    trackEvent: (name, given) => (request, reply, next) => {
      if (reply.statusCode < 400) events.named(request, name, given);
      next();
    },
  };
  fastify.decorate('seismo', seismo);

  fastify.addHook('onRequest', (request, _reply, next) => {
    if (events.wants(request, request.url.split('?', 1)[0] ?? ''))
      followed.set(request, { startedAt: performance.now(), written: request.socket.bytesWritten });
    next();
  });
  fastify.addHook('onResponse', (request, reply, next) => {
    const began = followed.get(request);
    if (began)
      events.served(request, {
        method: request.method,
        route: routeOf(request),
        status: reply.statusCode,
        ms: sinceMs(began.startedAt),
        bytes: request.socket.bytesWritten - began.written,
        ...(!reply.raw.writableFinished && { aborted: true }),
      });
    next();
  });
  fastify.addHook('onError', (request, _reply, error, next) => {
    events.failed(request, error, { method: request.method, route: routeOf(request) });
    next();
  });
  fastify.addHook('onClose', (_, next) => {
    if (own) own.close().then(() => next());
    else next();
  });
  done();
}

// As `fastify-plugin` does it: the hooks are for the whole application, not only for this plugin's own scope.
Object.assign(seismoFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'seismo-client',
  [Symbol.for('plugin-meta')]: { name: 'seismo-client', fastify: '>=4.10' },
});
