import { Type } from '@sinclair/typebox';
import { NewUser, UserChange } from '../../auth/requests.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { PATH_PART_MAX_LENGTH, RoleSchema } from './schemas.ts';

const User = Type.Object({
  name: Type.String(),
  role: RoleSchema,
  source: Type.Union([Type.Literal('stored'), Type.Literal('configured'), Type.Literal('github')]),
});
const UserPath = Type.Object({ name: Type.String({ maxLength: PATH_PART_MAX_LENGTH }) });

export function userRoutes({ auth }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/users',
      summary: 'List the users',
      access: 'admin',
      answers: { 200: { description: 'All users.', content: { 'application/json': Type.Array(User) } } },
      handler: async () => auth.users(),
    },
    route({
      method: 'POST',
      url: '/api/users',
      summary: 'Add a user',
      access: 'admin',
      body: NewUser,
      answers: { 201: { description: 'The user.', content: { 'application/json': User } } },
      errors: ['USER_INVALID', 'USER_EXISTS', 'USER_CONFIGURED'],
      audit: 'add user',
      async handler({ body, reply, audit }) {
        const added = await auth.addUser(body);
        audit({ user: added.name, role: added.role });
        reply.status(201);
        return added;
      },
    }),
    route({
      method: 'PATCH',
      url: '/api/users/:name',
      params: UserPath,
      summary: "Change a user's role or password; a new password ends their sessions",
      access: 'admin',
      body: UserChange,
      answers: { 204: { description: 'Changed.' } },
      errors: ['USER_INVALID', 'USER_UNKNOWN', 'USER_CONFIGURED', 'USER_LAST_ADMIN'],
      audit: 'change user',
      async handler({ params, reply, body, audit }) {
        await auth.changeUser(params.name, body);
        audit({ changed: Object.keys(body), ...(body.role !== undefined && { role: body.role }) });
        return reply.status(204).send();
      },
    }),
    route({
      method: 'DELETE',
      url: '/api/users/:name',
      params: UserPath,
      summary: 'Remove a user; their sessions end immediately',
      access: 'admin',
      answers: { 204: { description: 'Removed.' } },
      errors: ['USER_UNKNOWN', 'USER_CONFIGURED'],
      audit: 'remove user',
      async handler({ params, reply }) {
        await auth.removeUser(params.name);
        return reply.status(204).send();
      },
    }),
  ];
}
