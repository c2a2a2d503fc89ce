import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity, SignedIn } from '../../auth/auth.ts';
import { NewPassword, SignIn } from '../../auth/requests.ts';
import { SeismoError } from '../../model/errors.ts';
import { credentialOf, isCrossSite } from '../authenticate.ts';
import { clearTokenCookie, tokenCookie } from '../cookie.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { answerSignedIn, callerOf, userOf } from '../signed-in.ts';
import { searchOf } from '../url.ts';
import { RoleSchema, SignedInSchema, Time } from './schemas.ts';

const Me = Type.Object({ user: Type.String(), role: RoleSchema, expiresAt: Time });

/** Names and passwords are short, GitHub tokens have a few hundred bytes, and anyone can send this body. */
const SIGN_IN_MAX_BYTES = 4 * 1024;

export function authRoutes(deps: HttpDeps): readonly Route[] {
  const { auth, now } = deps;
  const signedIn = (session: SignedIn, request: FastifyRequest, reply: FastifyReply) =>
    answerSignedIn(session, request, reply, now());
  return [
    route({
      method: 'POST',
      url: '/auth',
      summary: 'Sign in with username and password, or with a GitHub token',
      access: 'open',
      body: SignIn,
      bodyMaxBytes: SIGN_IN_MAX_BYTES,
      answers: {
        200: { description: 'The token, also as the cookie `token`.', content: { 'application/json': SignedInSchema } },
      },
      errors: ['AUTH_FAILED', 'AUTH_TOO_MANY', 'AUTH_BUSY', 'AUTH_CROSS_SITE', 'GITHUB_UNAVAILABLE'],
      audit: 'sign in',
      async handler({ request, reply, body, audit }) {
        // Otherwise a page on another site could sign its visitor in as someone else.
        if (isCrossSite(request))
          throw new SeismoError(
            'AUTH_CROSS_SITE',
            'You can sign in from a page of this server or from a program, not from another site.',
          );
        const { username, password, token } = body;
        audit({ user: auth.users().find(({ name }) => name === username)?.name ?? 'unknown' });
        const caller = callerOf(request);
        let session: SignedIn;
        if (token !== undefined) session = await auth.signInWithGitHub(token, caller);
        else if (username !== undefined && password !== undefined)
          session = await auth.signInWithPassword(username, password, caller);
        else throw new SeismoError('REQUEST_INVALID', 'Send `{"username": …, "password": …}` or `{"token": …}`.');
        audit({ user: session.user });
        // Otherwise the browser's previous session would stay valid but unreachable.
        const former = tokenCookie(request);
        if (former !== undefined) await auth.signOut(former).catch(() => undefined);
        return signedIn(session, request, reply);
      },
    }),
    {
      method: 'GET',
      url: '/auth',
      summary: 'Get the signed-in user',
      access: 'user',
      answers: { 200: { description: 'The user of the token.', content: { 'application/json': Me } } },
      handler: async ({ identity }) => meOf(identity),
    },
    route({
      method: 'PUT',
      url: '/auth/password',
      summary: 'Change your own password; your other sessions end',
      access: 'user',
      body: NewPassword,
      bodyMaxBytes: SIGN_IN_MAX_BYTES,
      answers: {
        200: {
          description: 'A new token, also as the cookie `token`.',
          content: { 'application/json': SignedInSchema },
        },
      },
      errors: ['USER_INVALID', 'USER_UNKNOWN', 'USER_CONFIGURED', 'AUTH_FAILED', 'AUTH_TOO_MANY', 'AUTH_BUSY'],
      audit: 'change own password',
      async handler({ request, reply, body, identity }) {
        const { name } = userOf(identity);
        return signedIn(
          await auth.changeOwnPassword(name, body.present, body.password, callerOf(request)),
          request,
          reply,
        );
      },
    }),
    {
      method: 'DELETE',
      url: '/auth',
      summary: 'Sign out; the token becomes invalid',
      access: 'user',
      answers: { 204: { description: 'Signed out.' } },
      audit: 'sign out',
      async handler({ request, reply }) {
        const credential = credentialOf(request, searchOf(request));
        if (credential) await auth.signOut(credential.token);
        clearTokenCookie(request, reply);
        return reply.status(204).send();
      },
    },
  ];
}

function meOf(identity: Identity | undefined): object {
  const { name, role, expiresAt, renewed } = userOf(identity);
  return { user: name, role, expiresAt: new Date(renewed?.expiresAt ?? expiresAt).toISOString() };
}
