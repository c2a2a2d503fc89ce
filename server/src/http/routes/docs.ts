import { Type } from '@sinclair/typebox';
import { JSON_TYPE } from '../body.ts';
import { apiPage, errorsPage, PAGE_POLICY } from '../html-pages.ts';
import { openApiOf } from '../openapi.ts';
import type { Call, Route } from '../route.ts';
import { MountedDocument, StaticDocument, sendStatic } from '../static-document.ts';
import { mountOf } from '../url.ts';

const html = (description: string) => ({ 200: { description, content: { 'text/html': Type.String() } } });

/** They only change with the version of the server. A browser asks whether they did. */
const CACHE_CONTROL = 'public, max-age=300';

async function sendPage({ request, reply }: Call, page: MountedDocument): Promise<unknown> {
  reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_POLICY)
    .header('x-frame-options', 'DENY');
  return await sendStatic(page.at(mountOf(request)), CACHE_CONTROL, request, reply);
}

export function docsRoutes(version: string, routes: () => readonly Route[]): readonly Route[] {
  let openApi: StaticDocument | undefined;
  const api = new MountedDocument((mount) => apiPage(routes(), version, mount));
  const errors = new MountedDocument(errorsPage);
  return [
    {
      method: 'GET',
      url: '/openapi.json',
      summary: 'Get this document',
      access: 'open',
      answers: {
        200: {
          description: 'OpenAPI 3.1',
          content: { 'application/json': Type.Object({}, { additionalProperties: true }) },
        },
      },
      async handler({ request, reply }) {
        openApi ??= new StaticDocument(JSON.stringify(openApiOf(routes(), version)));
        reply.header('content-type', JSON_TYPE);
        return await sendStatic(openApi, CACHE_CONTROL, request, reply);
      },
    },
    {
      method: 'GET',
      url: '/docs',
      summary: 'Get this document as a web page',
      access: 'open',
      answers: html('The page.'),
      handler: (call) => sendPage(call, api),
    },
    {
      method: 'GET',
      url: '/docs/errors',
      summary: 'List all error codes and what to do about them, as a web page',
      access: 'open',
      answers: html('The page.'),
      handler: (call) => sendPage(call, errors),
    },
  ];
}
