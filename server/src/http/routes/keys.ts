import { Type } from '@sinclair/typebox';
import type { KeySummary } from '../../auth/auth.ts';
import { NewKey, SCOPES } from '../../auth/requests.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { Time } from './schemas.ts';

const scope = Type.Union(SCOPES.map((one) => Type.Literal(one)));
const KeyPath = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{12}$', 'x-expected': '12 hexadecimal digits', 'x-error-code': 'KEY_UNKNOWN' }),
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
      summary: 'List the keys, without their secrets',
      access: 'admin',
      answers: {
        200: { description: 'All keys.', content: { 'application/json': Type.Array(Type.Object(summary)) } },
      },
      handler: async () => auth.keys().map(withTime),
    },
    route({
      method: 'POST',
      url: '/api/keys',
      summary: 'Create a key; it is shown only once',
      access: 'admin',
      body: NewKey,
      answers: {
        201: {
          description: 'The key.',
          content: { 'application/json': Type.Object({ ...summary, key: Type.String() }) },
        },
      },
      errors: ['KEY_TAKEN'],
      audit: 'create key',
      async handler({ body, reply, audit }) {
        const made = await auth.createKey(body);
        audit({ key: made.id, app: made.app, scope: made.scope });
        reply.status(201);
        return withTime(made);
      },
    }),
    route({
      method: 'DELETE',
      url: '/api/keys/:id',
      params: KeyPath,
      summary: 'Revoke a key',
      access: 'admin',
      answers: { 204: { description: 'Revoked.' } },
      errors: ['KEY_UNKNOWN'],
      audit: 'revoke key',
      async handler({ params, reply }) {
        await auth.revokeKey(params.id);
        return reply.status(204).send();
      },
    }),
  ];
}

const withTime = <T extends KeySummary>(key: T): object => ({
  ...key,
  createdAt: new Date(key.createdAt).toISOString(),
  ...(key.lastUsedAt !== undefined && { lastUsedAt: new Date(key.lastUsedAt).toISOString() }),
});
