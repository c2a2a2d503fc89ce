import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { answerSignedIn, callerOf, userOf } from '../signed-in.ts';
import { PATH_PART_MAX_LENGTH, SignedInSchema, Time } from './schemas.ts';

const OpenSession = Type.Object({
  id: Type.String(),
  isCurrent: Type.Boolean({ description: '`true` for the session of this request.' }),
  signedInAt: Time,
  lastUsedAt: Type.String({ format: 'date-time', description: 'Accurate to ten minutes.' }),
  expiresAt: Time,
  address: Type.String({ description: 'The IP address of the sign-in.' }),
  agent: Type.String({ description: 'The `User-Agent` of the sign-in.' }),
});

const SessionPath = Type.Object({
  id: Type.String({ maxLength: PATH_PART_MAX_LENGTH, 'x-error-code': 'SESSION_UNKNOWN' }),
});

/** The open sessions of the calling user. */
export function sessionRoutes({ auth, now }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/auth/sessions',
      summary: 'List your open sessions, most recently used first',
      access: 'user',
      answers: {
        200: { description: 'At most 200 sessions.', content: { 'application/json': Type.Array(OpenSession) } },
      },
      async handler({ identity }) {
        const user = userOf(identity);
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
      summary: 'End all your other sessions; this one continues with a new token',
      access: 'user',
      answers: {
        200: {
          description: 'The new token, also as the cookie `token`.',
          content: { 'application/json': SignedInSchema },
        },
      },
      audit: 'end other sessions',
      handler: async ({ request, reply, identity }) =>
        answerSignedIn(await auth.endOtherSessions(userOf(identity), callerOf(request)), request, reply, now()),
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
      async handler({ params, reply, identity }) {
        await auth.endSession(userOf(identity), params.id);
        return reply.status(204).send();
      },
    }),
  ];
}
