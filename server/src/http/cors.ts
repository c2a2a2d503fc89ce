import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpConfig } from './deps.ts';
import type { Route } from './route.ts';

const ALLOW_HEADERS = 'content-type, content-encoding, x-access-token, authorization';
const EXPOSE_HEADERS = 'Link, Retry-After, Server-Timing, Seismo-As-Of';
/** Two hours: Chrome believes no longer. */
const MAX_AGE_SECONDS = 7200;

/**
 * Says to a browser whether a page of the request's origin may use the route.
 * The origin itself is answered, never `*`, and with credentials allowed: `sendBeacon` always asks with them, and a browser
 * then refuses `*`. Nothing is opened by it: with an Origin, ingest takes no cookie (authenticate.ts).
 * @returns whether the origin may
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
  // Also without an Origin: a cache must not give that answer to a page.
  reply.header('vary', 'Origin');
  if (origin === undefined) return false;
  if (!any && !origins.includes(origin)) return false;
  reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-credentials', 'true')
    .header('access-control-expose-headers', EXPOSE_HEADERS);
  return true;
}

/** Answers OPTIONS of one URL. */
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
