import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Session } from '../auth/auth.ts';

const NAME = 'token';

/** The value of the cookie `token`, or undefined. */
export function tokenCookie(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === NAME) {
      const value = part.slice(equals + 1).trim();
      return value === '' ? undefined : value;
    }
  }
  return undefined;
}

export function setTokenCookie(request: FastifyRequest, reply: FastifyReply, session: Session, now: number): void {
  const seconds = Math.max(0, Math.floor((session.expiresAt - now) / 1000));
  reply.header('set-cookie', cookie(request, session.token, seconds));
}

export function clearTokenCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', cookie(request, '', 0));
}

/** Lax, not Strict, so that a link to the dashboard in a mail opens it signed in; changes are guarded by who.ts. */
function cookie(request: FastifyRequest, value: string, seconds: number): string {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  return `${NAME}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}
