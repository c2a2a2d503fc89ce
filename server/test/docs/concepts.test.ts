/** The examples of docs/concepts, against a server. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { aDocsServer, DOCS, type DocsServer } from './a-docs-server.ts';
import { examplesOf, runExamples } from './examples.ts';

let server: DocsServer;
beforeAll(async () => {
  server = await aDocsServer();
});

it.each([
  [
    'identity',
    'whom the events of a shared device count for, what their traits are, and what is erased with a user',
    8,
  ],
  ['visits', 'that a payment belongs to the visit it falls into', 2],
  ['time-zones', 'which instants an hour of a zone holds', 2],
])('concepts/%s.md shows %s', async (page, _, count) => {
  const examples = examplesOf(join(DOCS, `concepts/${page}.md`));
  expect(examples).toHaveLength(count);
  await runExamples(examples, server.url, server.token);
});
