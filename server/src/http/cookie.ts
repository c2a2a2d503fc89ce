import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Session } from '../auth/auth.ts';

const SESSION = 'token';
/** Recognizes a browser at its next sign-in (auth/known-callers.ts). It signs no one in. */
const BROWSER = 'seismo-browser';
/** As long as browsers keep a cookie. */
const BROWSER_MAX_SECONDS = 400 * 86_400;

/** The token of the session, or undefined. */
export const tokenCookie = (request: FastifyRequest): string | undefined => cookieOf(request, SESSION);

export const browserCookie = (request: FastifyRequest): string | undefined => cookieOf(request, BROWSER);

export function setTokenCookie(request: FastifyRequest, reply: FastifyReply, session: Session, now: number): void {
  const seconds = Math.max(0, Math.floor((session.expiresAt - now) / 1000));
  addCookie(request, reply, SESSION, session.token, seconds);
}

export function clearTokenCookie(request: FastifyRequest, reply: FastifyReply): void {
  addCookie(request, reply, SESSION, '', 0);
}

export function setBrowserCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  addCookie(request, reply, BROWSER, value, BROWSER_MAX_SECONDS);
}

/** Over HTTPS, no other host of the domain and no page without HTTPS can set a cookie with this name. */
const nameOf = (request: FastifyRequest, name: string): string =>
  request.protocol === 'https' ? `__Host-${name}` : name;

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const wanted = nameOf(request, name);
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === wanted) {
      const value = part.slice(equals + 1).trim();
      return value === '' ? undefined : value;
    }
  }
  return undefined;
}

/** Lax and not Strict, so that a link in an email opens the dashboard signed in. authenticate.ts protects changes. */
function addCookie(request: FastifyRequest, reply: FastifyReply, name: string, value: string, seconds: number): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  // Fastify joins several values of this header into a list.
  reply.header(
    'set-cookie',
    `${nameOf(request, name)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`,
  );
}
