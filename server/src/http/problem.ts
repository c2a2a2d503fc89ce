import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, SeismoError } from '../model/errors.ts';
import { mountOf } from './url.ts';

/** Fastify's and Node's own refusals → our table. */
const FOREIGN: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_NOT_FOUND: ['NOT_FOUND', 'There is nothing at this address.'],
  FST_ERR_BAD_URL: ['REQUEST_INVALID', 'The address is not valid: it is percent-encoded wrongly.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'A part of the path is longer than any name here.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['BODY_TYPE_UNSUPPORTED', 'The Content-Type is not readable.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'The body is too large.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['BODY_CUT_SHORT', 'The body is not as long as Content-Length says.'],
};

/** Any failure as one of the table; what nobody foresaw is a BUG, its cause kept for the log. */
export function asSeismoError(error: unknown): SeismoError {
  if (error instanceof SeismoError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const foreign = FOREIGN[code];
  if (foreign) return new SeismoError(foreign[0], foreign[1], { cause: error });
  return new SeismoError('BUG', 'Something that cannot happen did; the log of the server has it by the instance.', {
    cause: error,
  });
}

/** The body of an answer of `application/problem+json` (RFC 9457). */
export function problemOf(error: SeismoError, instance: string, mount = ''): Record<string, unknown> {
  const { status, title, remedy } = ERRORS[error.code];
  return {
    ...error.extra,
    type: `${mount}/docs/errors#${error.code}`,
    title,
    status,
    detail: error.detail,
    code: error.code,
    instance,
    remedy,
    retry: error.retryAfterSeconds !== undefined,
    ...(error.field !== undefined && { field: error.field }),
  };
}

/** So long a caller that is still sending may go on after it was refused, to read the answer. */
const LINGER_MS = 2_000;

export const instanceOf = (request: FastifyRequest): string => `urn:seismo:request:${request.id}`;

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asSeismoError(error);
  const { status, kind } = problem.entry;
  const instance = instanceOf(request);
  const fields = { instance, code: problem.code, method: request.method, route: request.routeOptions.url };
  if (kind === 'bug') request.log.error({ ...fields, err: problem.cause ?? problem }, problem.detail);
  // Nobody is told, and nothing is wrong: the caller went away.
  else if (reply.raw.destroyed) request.log.debug(fields, 'not answered: the caller has gone away');
  else if (kind === 'machine') request.log.warn({ ...fields, err: problem.cause }, problem.detail);
  else request.log.debug(fields, 'refused');
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterSeconds));
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="seismo"');
  if (request.raw.complete === false) lingerThenCut(request, reply);
  return reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problemOf(problem, instance, mountOf(request))));
}

/**
 * A body that nobody wants is read away for as long as it comes: this bounds it. Node does so by itself only where nothing of it was read;
 * of one that was left in its middle the rest would stand before the next request of the connection, which would be cut for it.
 */
function lingerThenCut(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    // Whoever read it and gave up may still be waiting for its next piece (an inflater that failed): that would hold the flow.
    if (request.raw.listenerCount('readable') > 0) request.raw.removeAllListeners('readable');
    // Node takes note of that in the next turn.
    setImmediate(() => request.raw.resume());
    if (request.raw.complete) return;
    const timer = setTimeout(() => {
      if (!request.raw.complete) request.raw.socket?.destroy();
    }, LINGER_MS);
    timer.unref();
    request.raw.once('end', () => clearTimeout(timer));
  });
}
