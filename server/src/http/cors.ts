import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpConfig } from './deps.ts';
import type { Route } from './route.ts';

const ALLOW_HEADERS = 'content-type, content-encoding, x-access-token, authorization';
const EXPOSE_HEADERS = 'Link, Retry-After, Server-Timing, Seismo-As-Of';
/** Two hours: Chrome caches no longer. */
const MAX_AGE_SECONDS = 7200;

/**
 * Tells a browser whether a page of the request's origin can use the route.
 * It answers the origin itself, never `*`, and allows credentials: `sendBeacon` always sends them, and a browser then
 * rejects `*`. This opens nothing: with an Origin, ingest accepts no cookie (authenticate.ts).
 * @returns whether the origin is allowed
 */
export function allowOrigin(
  cors: Route['cors'],
  config: HttpConfig,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  if (cors === undefined) return false;
  const origins = cors === 'ingest' ? config.corsOrigins : config.corsReadOrigins;
  if (origins.length === 0) return false;
  const { origin } = request.headers;
  const any = cors === 'ingest' && origins.includes('*');
  // Even without an Origin: a cache must not give that answer to a page.
  reply.header('vary', 'Origin');
  if (origin === undefined) return false;
  if (!any && !origins.includes(origin)) return false;
  reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-credentials', 'true')
    .header('access-control-expose-headers', EXPOSE_HEADERS);
  return true;
}

/** Answers OPTIONS for one URL. */
export function answerPreflight(
  routes: readonly Route[],
  allow: string,
  config: HttpConfig,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const wanted = request.headers['access-control-request-method'];
  const route = routes.find(({ method }) => method === wanted);
  if (route && allowOrigin(route.cors, config, request, reply))
    reply
      .header('access-control-allow-methods', route.method)
      .header('access-control-allow-headers', ALLOW_HEADERS)
      .header('access-control-max-age', MAX_AGE_SECONDS);
  return reply.status(204).header('allow', allow).send();
}
