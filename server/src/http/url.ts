import type { FastifyRequest } from 'fastify';

/** What Express adds to a request in a mounted handler. */
interface Mounted {
  readonly baseUrl?: unknown;
  readonly originalUrl?: unknown;
}

/** The path at which a host application mounted us, or an empty string. */
export function mountOf(request: FastifyRequest): string {
  const { baseUrl } = request.raw as Mounted;
  return typeof baseUrl === 'string' ? baseUrl : '';
}

/** The path as the client sent it, without the query. */
export function pathOf(request: FastifyRequest): string {
  const { originalUrl } = request.raw as Mounted;
  const url = typeof originalUrl === 'string' ? originalUrl : (request.raw.url ?? '/');
  const question = url.indexOf('?');
  return question === -1 ? url : url.slice(0, question);
}

export function searchOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const question = url.indexOf('?');
  return new URLSearchParams(question === -1 ? '' : url.slice(question + 1));
}
