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

/** An idle socket is closed after this time. While a question runs, it can be silent until the question's own limit. */
const IDLE_MAX_MS = 60_000;
/** Headers must arrive within this time (slow loris). */
const HEADERS_MAX_MS = 15_000;
/** Longer than the 60 s for which load balancers keep idle connections, so that they close first. */
const KEEP_ALIVE_MS = 65_000;
/** Headers and URL together, so that a question fits in the query string (`q`). */
const HEADERS_MAX_BYTES = 32 * 1024;
/** The share of all connections that one address can have. */
const ADDRESS_SHARE = 0.5;

/** Creates the HTTP server with all routes, error answers and headers. It does not listen yet. */
export function createHttp(given: Omit<HttpDeps, 'bodies'> & Partial<HttpDeps>): FastifyInstance {
  const { config, logger } = given;
  const deps: HttpDeps = { bodies: new BodyBudget(config.bodyMaxBytes), ...given };
  // Makes request ids unique across restarts.
  const prefix = randomBytes(4).toString('hex');
  let requests = 0;
  let isClosing = false;
  const app = Fastify({
    loggerInstance: logger,
    // One line for each error (problem.ts), none for each request: at thousands per second, logging would be most of the work.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request costs 3 µs. Log lines name the request themselves (problem.ts).
    childLoggerFactory: (parent) => parent,
    genReqId: () => `${prefix}-${(++requests).toString(36)}`,
    // `true` alone would trust the first address of the list, which the client writes. The last ones come from the proxies.
    trustProxy: config.trustProxy === false ? false : (_address, hop) => hop < Number(config.trustProxy),
    routerOptions: { maxParamLength: PATH_PART_MAX_LENGTH, querystringParser: () => ({}) },
    serverFactory(handler) {
      const server = createServer(
        {
          maxHeaderSize: HEADERS_MAX_BYTES,
          headersTimeout: HEADERS_MAX_MS,
          connectionsCheckingInterval: 5_000,
          keepAliveTimeout: KEEP_ALIVE_MS,
          // No limit for a whole request, because NDJSON can stream for any time. JSON bodies have their own limit (body.ts).
          requestTimeout: 0,
        },
        fastPost(deps, handler, () => isClosing),
      );
      // Requests through a proxy all come from its address.
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
    // They would never end.
    deps.live.close();
    done();
  });
  // Only body.ts reads bodies: complete or as a stream, within limits, or as a host application has parsed them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(DATA_HEADERS);
    checkHead(request.raw);
    // A host application decides this for its own host.
    if (request.protocol === 'https' && mountOf(request) === '') reply.header('strict-transport-security', HSTS);
    done();
  });
  const metrics = createMetrics(deps);
  app.setErrorHandler((error, request, reply) => {
    if (!reply.raw.destroyed) metrics.failedRequests.inc({ code: asSeismoError(error).code });
    return sendProblem(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new SeismoError('NOT_FOUND', `There is nothing at ${pathForPeople(request.url)}.`), request, reply),
  );
  const routes = allRoutes(deps, metrics);
  registerRoutes(app, [...routes, ...dashboardRoutes(deps.dashboard, routes)], deps, metrics);
  return app;
}

/** A path without its query, which can contain a token. */
const pathForPeople = (url: string): string => url.split('?', 1)[0]!.slice(0, 200);

/** What Node could not parse as a request. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new SeismoError(
          'HEADERS_TOO_LARGE',
          `The URL and the headers together are larger than ${HEADERS_MAX_BYTES} bytes.`,
        )
      : new SeismoError(
          'REQUEST_INVALID',
          error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
            ? 'The request did not arrive in time.'
            : 'The request is not valid HTTP.',
        );
  const body = JSON.stringify(problemOf(problem, 'urn:seismo:request:none'));
  const { status } = problem.entry;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
