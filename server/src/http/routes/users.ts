import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { RoleSchema } from './schemas.ts';

const User = Type.Object({
  name: Type.String(),
  role: RoleSchema,
  source: Type.Union([Type.Literal('stored'), Type.Literal('configured'), Type.Literal('github')]),
});
const NewUser = Type.Object({
  name: Type.String(),
  password: Type.String({ description: '12 characters to 72 bytes.' }),
  role: Type.Optional(RoleSchema),
});
const Changed = Type.Object({
  password: Type.Optional(Type.String({ description: 'The sessions of the user end.' })),
  role: Type.Optional(RoleSchema),
});

export function userRoutes({ auth }: HttpDeps): readonly Route[] {
  const nameOf = (params: unknown): string => (params as { name: string }).name;
  return [
    {
      method: 'GET',
      url: '/api/users',
      summary: 'Who may sign in',
      access: 'admin',
      answers: { 200: { description: 'All users.', content: { 'application/json': Type.Array(User) } } },
      handler: async () => auth.users(),
    },
    {
      method: 'POST',
      url: '/api/users',
      summary: 'Add a user',
      access: 'admin',
      body: NewUser,
      answers: { 201: { description: 'The user.', content: { 'application/json': User } } },
      errors: ['USER_INVALID', 'USER_EXISTS', 'USER_CONFIGURED'],
      audit: 'add user',
      async handler({ body, reply, audit }) {
        const { name, password, role } = body;
        const added = await auth.addUser({ name, password, ...(role !== undefined && { role }) });
        audit({ user: added.name, role: added.role });
        reply.status(201);
        return added;
      },
    },
    {
      method: 'PATCH',
      url: '/api/users/:name',
      summary: 'Change a password, which ends the sessions of the user, or a role',
      access: 'admin',
      body: Changed,
      answers: { 204: { description: 'Changed.' } },
      errors: ['USER_INVALID', 'USER_UNKNOWN', 'USER_CONFIGURED', 'USER_LAST_ADMIN'],
      audit: 'change user',
      async handler({ request, reply, body, audit }) {
        await auth.changeUser(nameOf(request.params), body);
        audit({ changed: Object.keys(body), ...(typeof body['role'] === 'string' && { role: body['role'] }) });
        return reply.status(204).send();
      },
    },
    {
      method: 'DELETE',
      url: '/api/users/:name',
      summary: 'Remove a user; the sessions end at once',
      access: 'admin',
      answers: { 204: { description: 'Removed.' } },
      errors: ['USER_UNKNOWN', 'USER_CONFIGURED'],
      audit: 'remove user',
      async handler({ request, reply }) {
        await auth.removeUser(nameOf(request.params));
        return reply.status(204).send();
      },
    },
  ];
}
