import { Type } from '@sinclair/typebox';
import { sendDocument } from '../dashboard.ts';
import type { HttpDeps } from '../deps.ts';
import { negotiate } from '../negotiate.ts';
import type { Route } from '../route.ts';
import { mountOf } from '../url.ts';

const Root = Type.Object({
  app: Type.Literal('seismo'),
  version: Type.String(),
  env: Type.String(),
  apiUrl: Type.String({
    description: 'The path of the API: `/api`, unless a host application mounted the server elsewhere.',
  }),
  signIn: Type.Array(Type.Union([Type.Literal('password'), Type.Literal('github')]), {
    description: 'The credentials that `POST /auth` accepts on this server.',
  }),
});

export function rootRoutes({ version, env, dashboard, config }: HttpDeps): readonly Route[] {
  const signIn = config.auth.users.length > 0 ? ['password', 'github'] : ['password'];
  return [
    {
      method: 'GET',
      url: '/',
      summary: 'Get the dashboard in a browser, or the name and version of the server in a program',
      access: 'open',
      answers: {
        200: {
          description: 'The dashboard if `Accept` prefers `text/html`; otherwise the name and the version.',
          content: { 'application/json': Root, 'text/html': Type.String() },
        },
      },
      async handler({ request, reply }) {
        reply.header('vary', 'Accept');
        if (negotiate(request.headers.accept, ['application/json', 'text/html']) === 'text/html')
          return sendDocument(dashboard, request, reply);
        return { app: 'seismo', version, env, apiUrl: `${mountOf(request)}/api`, signIn };
      },
    },
  ];
}
