import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Identity, ROLES, type Session } from '../../auth/auth.ts';
import { SeismoError } from '../../errors.ts';
import { clearTokenCookie, setTokenCookie } from '../cookie.ts';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { credentialOf, isCrossSite } from '../who.ts';

const Role = Type.Union(ROLES.map((role) => Type.Literal(role)));
const Time = Type.String({ format: 'date-time' });
const SignIn = Type.Object({
  username: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  token: Type.Optional(Type.String({ description: 'A GitHub personal access token, instead of name and password.' })),
});
const NewPassword = Type.Object({ present: Type.String(), password: Type.String({ description: 'The new one.' }) });
const SignedIn = Type.Object({ token: Type.String(), expiresAt: Time, user: Type.String(), role: Role });
const Me = Type.Object({ user: Type.String(), role: Role, expiresAt: Time });

export function authRoutes({ auth, now }: HttpDeps): readonly Route[] {
  const signedIn = (session: Session, request: FastifyRequest, reply: FastifyReply) => {
    setTokenCookie(request, reply, session, now());
    reply.header('cache-control', 'no-store');
    return { ...session, expiresAt: new Date(session.expiresAt).toISOString() };
  };
  return [
    {
      method: 'POST',
      url: '/auth',
      summary: 'Sign in with name and password, or with a GitHub token',
      access: 'open',
      body: SignIn,
      answers: {
        200: { description: 'The token, also as the cookie `token`.', content: { 'application/json': SignedIn } },
      },
      errors: ['AUTH_FAILED', 'AUTH_TOO_MANY', 'AUTH_BUSY', 'AUTH_CROSS_SITE', 'GITHUB_UNAVAILABLE'],
      async handler({ request, reply, body }) {
        // Else a page elsewhere could sign its visitor in as somebody else.
        if (isCrossSite(request))
          throw new SeismoError('AUTH_CROSS_SITE', 'Signing in works from a page of this server, or from a program.');
        const session =
          body.token === undefined
            ? await auth.signInWithPassword(body.username, body.password, request.ip)
            : await auth.signInWithGitHub(body.token, request.ip);
        return signedIn(session, request, reply);
      },
    },
    {
      method: 'GET',
      url: '/auth',
      summary: 'Who is signed in',
      access: 'user',
      answers: { 200: { description: 'The user of the token.', content: { 'application/json': Me } } },
      handler: async ({ who }) => meOf(who),
    },
    {
      method: 'PUT',
      url: '/auth/password',
      summary: 'Change one’s own password; the other sessions end',
      access: 'user',
      body: NewPassword,
      answers: {
        200: { description: 'A new token, also as the cookie `token`.', content: { 'application/json': SignedIn } },
      },
      errors: ['USER_INVALID', 'USER_UNKNOWN', 'USER_CONFIGURED', 'AUTH_FAILED', 'AUTH_TOO_MANY', 'AUTH_BUSY'],
      async handler({ request, reply, body, who }) {
        if (who?.kind !== 'user') throw new SeismoError('AUTH_REQUIRED', 'Nobody is signed in.');
        const session = await auth.changeOwnPassword(who.name, body.present, body.password, request.ip);
        return signedIn(session, request, reply);
      },
    },
    {
      method: 'DELETE',
      url: '/auth',
      summary: 'Sign out: the token ends',
      access: 'user',
      answers: { 204: { description: 'Signed out.' } },
      async handler({ request, reply, search }) {
        const credential = credentialOf(request, search);
        if (credential) await auth.signOut(credential.token);
        clearTokenCookie(request, reply);
        return reply.status(204).send();
      },
    },
  ];
}

function meOf(who: Identity | undefined): object {
  if (who?.kind !== 'user') throw new SeismoError('AUTH_REQUIRED', 'Nobody is signed in.');
  const { name, role, expiresAt, renewed } = who;
  return { user: name, role, expiresAt: new Date(renewed?.expiresAt ?? expiresAt).toISOString() };
}
