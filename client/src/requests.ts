import type { Client } from './client.ts';
import type { EventData, TrackOptions } from './event.ts';
import { thrownOf } from './thrown.ts';

/** What is sent as an event about a request, for any framework. */
export interface RequestOptions<Request> {
  /** The name of the event; `request` by default. */
  readonly event?: string;
  /** The user who made the request. */
  readonly user?: (request: Request) => string | null | undefined;
  /** More properties. */
  readonly data?: (request: Request) => EventData | undefined;
  /** The share of requests that are sent, from 0 to 1; all by default. It is sent in the event as `sample`. */
  readonly sample?: number;
  /** Requests that are not sent: paths, path prefixes that end in `*`, regular expressions on the path, or a function. */
  readonly skip?: readonly (string | RegExp)[] | ((request: Request) => boolean);
  /** Whether an error's message, which may hold personal data, is sent; true by default. */
  readonly errorMessages?: boolean;
}

export interface Served {
  readonly method: string;
  /** The pattern, never the address. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Bytes written to the socket, headers included. */
  readonly bytes: number;
  /** The caller disconnected before the end. */
  readonly aborted?: boolean;
}

/** A request that no route matched: its address is not sent, as it may hold anything. */
export const UNMATCHED = '(unmatched)';

export interface RequestEvents<Request> {
  /** Whether this request is to be followed. */
  wants(request: Request, path: string): boolean;
  served(request: Request, served: Served): void;
  failed(request: Request, error: unknown, where: { readonly method: string; readonly route: string }): void;
  named(request: Request, name: string, options: NamedOptions<Request> | undefined): void;
}

export interface NamedOptions<Request> {
  readonly data?: (request: Request) => EventData | undefined;
  readonly user?: (request: Request) => string | null | undefined;
}

export function createRequestEvents<Request>(client: Client, options: RequestOptions<Request>): RequestEvents<Request> {
  const { event = 'request', sample = 1, errorMessages = true } = options;
  const skips = skipOf(options.skip);

  /** What the host's function returns; nothing when it fails, since a fault in counting must not become one in serving. */
  function ask<T>(ask: ((request: Request) => T) | undefined, request: Request): T | undefined {
    try {
      return ask?.(request);
    } catch {
      return undefined;
    }
  }

  function whoIs(request: Request, user = options.user): TrackOptions {
    const name = ask((one) => String(user?.(one) ?? ''), request);
    return name ? { user: name } : {};
  }

  return {
    wants(request, path) {
      if (sample < 1 && Math.random() >= sample) return false;
      return !ask((one) => skips(one, path), request);
    },

    served(request, served) {
      // Where requests are simulated, as in tests, the socket does not count.
      const bytes = Number.isFinite(served.bytes) ? served.bytes : undefined;
      const data = { ...served, bytes, ...(sample < 1 && { sample }), ...ask(options.data, request) };
      client.track(event, data, whoIs(request));
    },

    failed(request, error, where) {
      const { message, ...thrown } = thrownOf(error, typeof error);
      const data = { ...thrown, ...(errorMessages && { message }), ...where };
      client.track('error', data, whoIs(request));
    },

    named(request, name, given) {
      client.track(name, ask(given?.data, request), whoIs(request, given?.user));
    },
  };
}

function skipOf<Request>(skip: RequestOptions<Request>['skip']): (request: Request, path: string) => boolean {
  if (typeof skip === 'function') return (request) => skip(request);
  const rules = skip ?? [];
  return (_, path) =>
    rules.some((rule) => {
      if (typeof rule !== 'string') return rule.test(path);
      return rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule;
    });
}

/** Hundredths of a millisecond. */
export const sinceMs = (startedAt: number): number => Math.round((performance.now() - startedAt) * 100) / 100;
