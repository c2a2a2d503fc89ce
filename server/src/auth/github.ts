import { SeismoError } from '../model/errors.ts';

export const GITHUB_MAX_MS = 10_000;
/** GitHub describes a user in 2 kB. Whatever sends much more is not GitHub. */
const BODY_MAX_BYTES = 256 * 1024;

/**
 * The two kinds that people create for themselves. All others (`gho_`, `ghu_`, `ghs_`, `ghr_`) belong to an application, which could sign in
 * as everyone who ever allowed it to read their profile.
 */
export const PERSONAL_TOKEN = /^(?:ghp|github_pat)_\w+$/;
export const TOKEN_MAX_LENGTH = 255;

/**
 * Asks GitHub who owns a token.
 * @returns the login, or undefined if GitHub does not know the token
 * @throws GITHUB_UNAVAILABLE
 */
export async function githubLogin(
  token: string,
  url: string,
  fetch: typeof globalThis.fetch,
  maxMs = GITHUB_MAX_MS,
): Promise<string | undefined> {
  const controller = new AbortController();
  // Node's fetch holds a signal weakly: after garbage collection, it no longer ends a body that never arrives.
  // So the time limit ends reading itself, and the signal only the wait for an answer.
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      body?.cancel().catch(() => undefined);
      reject(new Error('the time limit'));
    }, maxMs);
  });
  const ask = async (): Promise<{ status: number; user: unknown }> => {
    const response = await fetch(`${url}/user`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'seismo' },
      signal: controller.signal,
      redirect: 'error',
    });
    body = response.body?.getReader();
    if (!response.ok || body === undefined) {
      await body?.cancel();
      return { status: response.status, user: undefined };
    }
    return { status: response.status, user: JSON.parse(await bodyText(body)) };
  };
  let answer: Awaited<ReturnType<typeof ask>>;
  try {
    answer = await Promise.race([ask(), tooLate]);
  } catch (cause) {
    throw new SeismoError('GITHUB_UNAVAILABLE', `GitHub did not answer within ${maxMs / 1000} seconds.`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
  const { status, user } = answer;
  if (status === 401) return undefined;
  if (typeof user === 'object' && user !== null && 'login' in user && typeof user.login === 'string') return user.login;
  throw new SeismoError('GITHUB_UNAVAILABLE', `GitHub answered ${status}.`);
}

async function bodyText(body: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await body.read(); !next.done; next = await body.read()) {
    bytes += next.value.length;
    if (bytes > BODY_MAX_BYTES) {
      await body.cancel();
      throw new Error(`a body of more than ${BODY_MAX_BYTES} bytes`);
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}
