import { Type } from '@sinclair/typebox';
import { openApiOf } from '../openapi.ts';
import { apiPage, errorsPage, PAGE_POLICY } from '../pages.ts';
import type { Call, Route } from '../route.ts';
import { mountOf } from '../url.ts';

const html = (description: string) => ({ 200: { description, content: { 'text/html': Type.String() } } });

function sendPage({ reply }: Call, text: string): unknown {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_POLICY)
    .header('x-frame-options', 'DENY')
    .send(text);
}

export function docsRoutes(version: string, routes: () => readonly Route[]): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/openapi.json',
      summary: 'This document',
      access: 'open',
      answers: {
        200: {
          description: 'OpenAPI 3.1',
          content: { 'application/json': Type.Object({}, { additionalProperties: true }) },
        },
      },
      handler: async () => openApiOf(routes(), version),
    },
    {
      method: 'GET',
      url: '/docs',
      summary: 'The document as a page',
      access: 'open',
      answers: html('The page.'),
      handler: async (call) => sendPage(call, apiPage(routes(), version, mountOf(call.request))),
    },
    {
      method: 'GET',
      url: '/docs/errors',
      summary: 'Every code of a refusal, and its remedy',
      access: 'open',
      answers: html('The page.'),
      handler: async (call) => sendPage(call, errorsPage(mountOf(call.request))),
    },
  ];
}
