import type { ErrorCode, Problem } from './wire.ts';

/** The server's error response; `retry` says whether the same request may succeed later. */
export class ProblemError extends Error {
  readonly problem: Problem;
  /** Seconds, if the server sent them. */
  readonly retryAfter: number | undefined;

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  is(...codes: readonly ErrorCode[]): boolean {
    return codes.includes(this.problem.code);
  }
}

/** The server did not answer at all. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('Can’t reach the server. Check that it is running and that you are online.', { cause });
    this.name = 'UnreachableError';
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The URL of the API, also when a host application has mounted the server under a path: relative to the page's <base>. */
export function urlOf(path: string, query: Query = {}): string {
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

/**
 * @param path without a leading slash: `api/apps`
 * @returns the answer's JSON; undefined for an answer without a body
 * @throws ProblemError for an error response, UnreachableError when there is none; an abort is passed on unchanged
 */
export async function api<T>(path: string, request: Request = {}): Promise<T> {
  const response = await ask(path, request);
  // The shape is the server's promise (OpenAPI), which the server's own tests hold it to.
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The same, for answers that are not JSON. */
export async function ask(path: string, { method = 'GET', query, body, signal }: Request = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(urlOf(path, query), {
      method,
      ...(signal && { signal }),
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new UnreachableError(error);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<Error> {
  const retryAfter = Number(response.headers.get('retry-after')) || undefined;
  if (response.headers.get('content-type')?.includes('application/problem+json'))
    return new ProblemError((await response.json()) as Problem, retryAfter);
  // Not from Seismo but from something in front of it, such as a proxy whose upstream is down.
  return new UnreachableError(new Error(`${response.status} ${response.statusText}`));
}
