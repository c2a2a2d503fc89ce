import { SeismoError } from '../errors.ts';

export const GITHUB_MAX_MS = 10_000;
const TOKEN_MAX_LENGTH = 255;

/**
 * Asks GitHub whose token it is.
 * @returns the login, or undefined when GitHub does not know the token
 * @throws GITHUB_UNAVAILABLE
 */
export async function githubLogin(
  token: string,
  url: string,
  fetch: typeof globalThis.fetch,
  maxMs = GITHUB_MAX_MS,
): Promise<string | undefined> {
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > TOKEN_MAX_LENGTH) return undefined;
  let response: Response;
  let user: unknown;
  try {
    response = await fetch(`${url}/user`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'seismo' },
      signal: AbortSignal.timeout(maxMs),
      redirect: 'error',
    });
    user = response.ok ? await response.json() : undefined;
  } catch (cause) {
    throw new SeismoError('GITHUB_UNAVAILABLE', `GitHub did not answer, or not within ${maxMs / 1000} seconds.`, {
      cause,
    });
  }
  if (response.status === 401) return undefined;
  if (typeof user === 'object' && user !== null && 'login' in user && typeof user.login === 'string') return user.login;
  throw new SeismoError('GITHUB_UNAVAILABLE', `GitHub answered ${response.status}.`);
}
