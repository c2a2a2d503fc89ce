import { Type } from '@sinclair/typebox';
import { type KeySummary, SCOPES } from '../../auth/auth.ts';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { Time } from './schemas.ts';

const scope = Type.Union(SCOPES.map((one) => Type.Literal(one)));
const NewKey = Type.Object({
  app: Type.String(),
  scope,
  origins: Type.Optional(Type.Array(Type.String(), { description: 'Where a browser may use a write key.' })),
  eventsPerSecond: Type.Optional(
    Type.Number({ description: '1,000 unless set. A second of them at once, and two in debt.' }),
  ),
  bytesPerSecond: Type.Optional(
    Type.Number({ description: 'Of bodies, inflated, refused ones too. 4 KiB an event of the rate unless set.' }),
  ),
  trusted: Type.Optional(
    Type.Boolean({
      description:
        'A write key that is in no page: its text ids count for the whole app, its events may be of any time, and it may use all names.',
    }),
  ),
});
const summary = {
  id: Type.String(),
  app: Type.String(),
  scope,
  origins: Type.Array(Type.String()),
  eventsPerSecond: Type.Number(),
  bytesPerSecond: Type.Number(),
  trusted: Type.Boolean(),
  createdAt: Time,
  lastUsedAt: Type.Optional(Time),
};

export function keyRoutes({ auth }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/keys',
      summary: 'The keys, without their secrets',
      access: 'admin',
      answers: {
        200: { description: 'All keys.', content: { 'application/json': Type.Array(Type.Object(summary)) } },
      },
      handler: async () => auth.keys().map(withTime),
    },
    {
      method: 'POST',
      url: '/api/keys',
      summary: 'Make a key; it is shown this once',
      access: 'admin',
      body: NewKey,
      answers: {
        201: {
          description: 'The key.',
          content: { 'application/json': Type.Object({ ...summary, key: Type.String() }) },
        },
      },
      errors: ['KEY_INVALID', 'APP_NAME_INVALID'],
      audit: 'create key',
      async handler({ body, reply, audit }) {
        const made = await auth.createKey({ ...body, app: body.app, scope: body.scope });
        audit({ key: made.id, app: made.app, scope: made.scope });
        reply.status(201);
        return withTime(made);
      },
    },
    {
      method: 'DELETE',
      url: '/api/keys/:id',
      summary: 'Revoke a key',
      access: 'admin',
      answers: { 204: { description: 'Revoked.' } },
      errors: ['KEY_UNKNOWN'],
      audit: 'revoke key',
      async handler({ request, reply }) {
        await auth.revokeKey((request.params as { id: string }).id);
        return reply.status(204).send();
      },
    },
  ];
}

const withTime = <T extends KeySummary>(key: T): object => ({
  ...key,
  createdAt: new Date(key.createdAt).toISOString(),
  ...(key.lastUsedAt !== undefined && { lastUsedAt: new Date(key.lastUsedAt).toISOString() }),
});
