import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from './client.ts';
import { createClient } from './node.ts';
import type { ClientOptions } from './options.ts';
import { createRequestEvents, type NamedOptions, type RequestOptions, sinceMs, UNMATCHED } from './requests.ts';
import { followRoute, patternSeen, type Routed } from './route-pattern.ts';

/** The parts of Express that are used, the same in versions 4 and 5. */
export interface ExpressRequest extends IncomingMessage, Routed {
  readonly originalUrl?: string;
}
type Next = (error?: unknown) => void;
export type Middleware = (request: ExpressRequest, response: ServerResponse, next: Next) => void;
export type ErrorMiddleware = (error: unknown, request: ExpressRequest, response: ServerResponse, next: Next) => void;

export interface SeismoExpress {
  readonly client: Client;
  /** One event per request: method, route pattern, status, ms, bytes. Goes before all other middleware. */
  requests(options?: RequestOptions<ExpressRequest>): Middleware;
  /** Sends another event for one route, when it was answered with a status below 400. */
  trackEvent(name: string, options?: NamedOptions<ExpressRequest>): Middleware;
  /** Sends an event for each error, with a hash of its stack, and passes the error on. Goes after the routes, before other error handlers. */
  errors(): ErrorMiddleware;
}

/**
 * Middleware for Express, with the given client or one made from the given options.
 * @throws TypeError when an option is not valid
 */
export function seismoExpress(options: ClientOptions | { readonly client: Client }): SeismoExpress {
  const client = 'client' in options ? options.client : createClient(options);
  /** Those of `requests`: the user it names is the user for the others too. */
  let common: RequestOptions<ExpressRequest> = {};
  const routeOf = (request: ExpressRequest): string => patternSeen(request) ?? UNMATCHED;

  return {
    client,

    requests(given = {}) {
      common = given;
      const events = createRequestEvents(client, given);
      return (request, response, next) => {
        followRoute(request);
        if (events.wants(request, pathOf(request))) {
          const startedAt = performance.now();
          const { socket } = request;
          const writtenBefore = socket.bytesWritten;
          response.on('close', () => {
            events.served(request, {
              method: request.method ?? '',
              route: routeOf(request),
              status: response.statusCode,
              ms: sinceMs(startedAt),
              bytes: socket.bytesWritten - writtenBefore,
              ...(!response.writableFinished && { aborted: true }),
            });
          });
        }
        next();
      };
    },

    trackEvent(name, given) {
      return (request, response, next) => {
        response.once('finish', () => {
          if (response.statusCode < 400) createRequestEvents(client, common).named(request, name, given);
        });
        next();
      };
    },

    errors() {
      return (error, request, _response, next) => {
        createRequestEvents(client, common).failed(request, error, {
          method: request.method ?? '',
          route: routeOf(request),
        });
        next(error);
      };
    },
  };
}

const pathOf = ({ originalUrl, url = '' }: ExpressRequest): string => (originalUrl ?? url).split('?', 1)[0] ?? '';
