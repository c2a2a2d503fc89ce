import { randomBytes } from 'node:crypto';
import { createServer, STATUS_CODES } from 'node:http';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { SeismoError } from '../model/errors.ts';
import { BodyBudget } from './body-budget.ts';
import { boundConnections } from './connections.ts';
import type { HttpDeps } from './deps.ts';
import { fastPost } from './fast-post.ts';
import { checkHead } from './head.ts';
import { DATA_HEADERS, HSTS } from './headers.ts';
import { createMetrics } from './metrics.ts';
import { asSeismoError, problemOf, sendProblem } from './problem.ts';
import { registerRoutes } from './register.ts';
import { allRoutes } from './routes/all.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { PATH_PART_MAX_LENGTH } from './routes/schemas.ts';
import { mountOf } from './url.ts';

/** A socket on which nothing moves for so long is closed; questions may be silent until their own limit. */
const IDLE_MAX_MS = 60_000;
/** Headers come within this, or not at all (slow loris). */
const HEADERS_MAX_MS = 15_000;
/** Longer than the 60 s that load balancers keep idle connections, so that they close first. */
const KEEP_ALIVE_MS = 65_000;
/** Headers and URL together: a question in the query string (`q`) fits. */
const HEADERS_MAX_BYTES = 32 * 1024;
/** Of all connections, those of one address. */
const ADDRESS_SHARE = 0.5;

/** The HTTP room: every route, its refusals, and what browsers are told. Not listening yet. */
export function createHttp(given: Omit<HttpDeps, 'bodies'> & Partial<HttpDeps>): FastifyInstance {
  const { config, logger } = given;
  const deps: HttpDeps = { bodies: new BodyBudget(config.bodyMaxBytes), ...given };
  // Requests are told apart across restarts.
  const prefix = randomBytes(4).toString('hex');
  let requests = 0;
  let isClosing = false;
  const app = Fastify({
    loggerInstance: logger,
    // One line a refusal (problem.ts), none a request: at thousands a second they are the work.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger a request costs 3 µs; what is logged names the request itself (problem.ts).
    childLoggerFactory: (parent) => parent,
    genReqId: () => `${prefix}-${(++requests).toString(36)}`,
    // `true` alone would believe the first address of the list, which the caller writes; the last ones are the proxies' own.
    trustProxy: config.trustProxy === false ? false : (_address, hop) => hop < Number(config.trustProxy),
    routerOptions: { maxParamLength: PATH_PART_MAX_LENGTH, querystringParser: () => ({}) },
    serverFactory(handler) {
      const server = createServer(
        {
          maxHeaderSize: HEADERS_MAX_BYTES,
          headersTimeout: HEADERS_MAX_MS,
          connectionsCheckingInterval: 5_000,
          keepAliveTimeout: KEEP_ALIVE_MS,
          // No limit for a whole request: NDJSON flows for as long as it likes; JSON bodies have a limit of their own (body.ts).
          requestTimeout: 0,
        },
        fastPost(deps, handler, () => isClosing),
      );
      // All that come through a proxy come from its address.
      const perAddress = config.trustProxy === false ? config.connectionsMax * ADDRESS_SHARE : config.connectionsMax;
      boundConnections(server, config.connectionsMax, perAddress);
      server.setTimeout(IDLE_MAX_MS + config.queryMaxSeconds * 1000);
      return server;
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply);
    },
    clientErrorHandler: answerBrokenRequest,
  }) as unknown as FastifyInstance;

  app.addHook('preClose', (done) => {
    isClosing = true;
    // They would go on for ever.
    deps.live.close();
    done();
  });
  // Bodies are read by body.ts alone: whole or flowing, with bounds, or left as a host application parsed them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(DATA_HEADERS);
    checkHead(request.raw);
    // A host application decides for its own host.
    if (request.protocol === 'https' && mountOf(request) === '') reply.header('strict-transport-security', HSTS);
    done();
  });
  const metrics = createMetrics(deps);
  app.setErrorHandler((error, request, reply) => {
    if (!reply.raw.destroyed) metrics.refusals.inc({ code: asSeismoError(error).code });
    return sendProblem(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new SeismoError('NOT_FOUND', `There is nothing at ${pathForPeople(request.url)}.`), request, reply),
  );
  const routes = allRoutes(deps, metrics);
  registerRoutes(app, [...routes, ...dashboardRoutes(deps.dashboard, routes)], deps, metrics);
  return app;
}

/** A path without its query: that may hold a token. */
const pathForPeople = (url: string): string => url.split('?', 1)[0]!.slice(0, 200);

/** What Node could not read as a request at all. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new SeismoError(
          'HEADERS_TOO_LARGE',
          `The headers and the address together are over ${HEADERS_MAX_BYTES} bytes.`,
        )
      : new SeismoError(
          'REQUEST_INVALID',
          error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
            ? 'The request did not arrive in time.'
            : 'The request is not HTTP.',
        );
  const body = JSON.stringify(problemOf(problem, 'urn:seismo:request:none'));
  const { status } = problem.entry;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
