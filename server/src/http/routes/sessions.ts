import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { answerSignedIn, callerOf, userOf } from '../signed-in.ts';
import { PATH_PART_MAX_LENGTH, SignedInSchema, Time } from './schemas.ts';

const OpenSession = Type.Object({
  id: Type.String(),
  isCurrent: Type.Boolean({ description: 'The session of this request.' }),
  signedInAt: Time,
  lastUsedAt: Type.String({ format: 'date-time', description: 'To ten minutes.' }),
  expiresAt: Time,
  address: Type.String({ description: 'The IP address that signed in.' }),
  agent: Type.String({ description: '`User-Agent` of the sign-in.' }),
});

const SessionPath = Type.Object({
  id: Type.String({ maxLength: PATH_PART_MAX_LENGTH, 'x-error-code': 'SESSION_UNKNOWN' }),
});

/** The open sessions of the user who asks. */
export function sessionRoutes({ auth, now }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/auth/sessions',
      summary: 'List your own open sessions, the one used last first',
      access: 'user',
      answers: {
        200: { description: 'At most 200.', content: { 'application/json': Type.Array(OpenSession) } },
      },
      async handler({ who }) {
        const user = userOf(who);
        return auth.sessions(user).map((session) => ({
          ...session,
          isCurrent: session.id === user.session?.id,
          signedInAt: new Date(session.signedInAt).toISOString(),
          lastUsedAt: new Date(session.lastUsedAt).toISOString(),
          expiresAt: new Date(session.expiresAt).toISOString(),
        }));
      },
    },
    {
      method: 'DELETE',
      url: '/auth/sessions',
      summary: 'End all your other sessions; this one goes on with a new token',
      access: 'user',
      answers: {
        200: { description: 'The new token, also as the cookie.', content: { 'application/json': SignedInSchema } },
      },
      audit: 'end other sessions',
      handler: async ({ request, reply, who }) =>
        answerSignedIn(await auth.endOtherSessions(userOf(who), callerOf(request)), request, reply, now()),
    },
    route({
      method: 'DELETE',
      url: '/auth/sessions/:id',
      params: SessionPath,
      summary: 'End one of your sessions',
      access: 'user',
      answers: { 204: { description: 'Ended.' } },
      errors: ['SESSION_UNKNOWN'],
      audit: 'end session',
      async handler({ params, reply, who }) {
        await auth.endSession(userOf(who), params.id);
        return reply.status(204).send();
      },
    }),
  ];
}
