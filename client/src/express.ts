import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from './client.ts';
import { createClient } from './node.ts';
import type { ClientOptions } from './options.ts';
import { createRequestEvents, type NamedOptions, type RequestOptions, sinceMs, UNMATCHED } from './requests.ts';
import { followRoute, patternSeen, type Routed } from './route-pattern.ts';

/** What of Express is used: of versions 4 and 5 alike. */
export interface ExpressRequest extends IncomingMessage, Routed {
  readonly originalUrl?: string;
}
type Next = (error?: unknown) => void;
export type Middleware = (request: ExpressRequest, response: ServerResponse, next: Next) => void;
export type ErrorMiddleware = (error: unknown, request: ExpressRequest, response: ServerResponse, next: Next) => void;

export interface SeismoExpress {
  readonly client: Client;
  /** One event a request: method, route's pattern, status, ms, bytes. First of all middleware. */
  requests(options?: RequestOptions<ExpressRequest>): Middleware;
  /** An event of its own for one route, when it was answered with a status below 400. */
  trackEvent(name: string, options?: NamedOptions<ExpressRequest>): Middleware;
  /** An event for each error, with a hash of its stack, which passes on. After the routes, before other handlers of errors. */
  errors(): ErrorMiddleware;
}

/**
 * Middleware for Express, on a client given or made from its options.
 * @throws TypeError when an option is not usable
 */
export function seismoExpress(options: ClientOptions | { readonly client: Client }): SeismoExpress {
  const client = 'client' in options ? options.client : createClient(options);
  /** Of `requests`: whoever it says is the user is so for the others too. */
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
