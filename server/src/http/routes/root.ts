import { Type } from '@sinclair/typebox';
import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { mountOf } from '../url.ts';

const Root = Type.Object({
  app: Type.Literal('seismo'),
  version: Type.String(),
  env: Type.String(),
  apiUrl: Type.String({
    description: 'Where the API begins; /api unless a host application mounted the server elsewhere.',
  }),
});

export function rootRoutes({ version, env }: HttpDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/',
      summary: 'Says who is here',
      access: 'open',
      answers: { 200: { description: 'The name and the version.', content: { 'application/json': Root } } },
      handler: async ({ request }) => ({ app: 'seismo', version, env, apiUrl: `${mountOf(request)}/api` }),
    },
  ];
}
