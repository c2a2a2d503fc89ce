import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity, SignedIn, UserIdentity } from '../auth/auth.ts';
import type { Caller } from '../auth/known-callers.ts';
import { SeismoError } from '../model/errors.ts';
import { browserCookie, setBrowserCookie, setTokenCookie } from './cookie.ts';

export const callerOf = (request: FastifyRequest): Caller => ({
  address: request.ip,
  agent: request.headers['user-agent'],
  browser: browserCookie(request),
});

/** The answer to a sign-in, with its cookies. */
export function answerSignedIn(session: SignedIn, request: FastifyRequest, reply: FastifyReply, now: number): object {
  const { browser, ...shown } = session;
  setTokenCookie(request, reply, session, now);
  setBrowserCookie(request, reply, browser);
  reply.header('cache-control', 'no-store');
  return { ...shown, expiresAt: new Date(session.expiresAt).toISOString() };
}

/** @throws AUTH_REQUIRED */
export function userOf(identity: Identity | undefined): UserIdentity {
  if (identity?.kind !== 'user') throw new SeismoError('AUTH_REQUIRED', 'You are not signed in.');
  return identity;
}
