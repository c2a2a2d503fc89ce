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
  eventsPerSecond: Type.Optional(Type.Number()),
});
const summary = {
  id: Type.String(),
  app: Type.String(),
  scope,
  origins: Type.Array(Type.String()),
  eventsPerSecond: Type.Number(),
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
      async handler({ body, reply }) {
        const made = await auth.createKey({
          app: body.app,
          scope: body.scope,
          ...(body.origins !== undefined && { origins: body.origins }),
          ...(body.eventsPerSecond !== undefined && { eventsPerSecond: body.eventsPerSecond }),
        });
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
