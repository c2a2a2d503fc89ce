import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import { type Dashboard, type DashboardFile, sendAsset, sendBeside, sendDocument } from '../dashboard.ts';
import type { Call, Route } from '../route.ts';

/** URLs that the dashboard handles itself. web/src/ has the same list. */
const PAGES = ['/apps', '/apps/*', '/settings', '/settings/*', '/share/*', '/sign-in'];

/** The files of the dashboard. They are not part of the API or its document. They contain the program and no data, so anyone can read them. */
export function dashboardRoutes(dashboard: Dashboard, taken: readonly Route[]): readonly Route[] {
  const isTaken = new Set(taken.map(({ url }) => url));
  const page = (url: string, handler: Route['handler']): Route => ({
    method: 'GET',
    url,
    summary: 'The dashboard',
    access: 'open',
    answers: { 200: { description: 'A file of the dashboard.', content: { 'text/html': Type.String() } } },
    handler,
  });
  return [
    ...PAGES.map((url) =>
      page(url, async ({ request, reply }) => {
        // Anyone with the link can read it, but search engines must not index it.
        if (url.startsWith('/share/')) reply.header('x-robots-tag', 'noindex');
        return sendDocument(dashboard, request, reply);
      }),
    ),
    page('/assets/*', async ({ request, reply }) => {
      const name = (request.params as { '*': string })['*'];
      const file = dashboard.assets.get(name);
      if (file === undefined)
        throw new SeismoError('NOT_FOUND', 'The dashboard has no file at this URL. Reload the page.');
      return sendAsset(name, file, request, reply);
    }),
    ...[...dashboard.besides]
      .filter(([name]) => !isTaken.has(`/${name}`))
      .map(([name, file]) => page(`/${name}`, beside(file))),
  ];
}

const beside =
  (file: DashboardFile) =>
  async ({ request, reply }: Call): Promise<unknown> =>
    sendBeside(file, request, reply);
