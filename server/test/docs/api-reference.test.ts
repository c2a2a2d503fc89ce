/** docs/api-reference.md against the server: it describes every route and no other, and its examples are true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import { aDocsServer, DOCS, type DocsServer } from './a-docs-server.ts';
import { examplesOf, runExamples } from './examples.ts';

const PAGE = join(DOCS, 'api-reference.md');
const PASSWORD = 'correct horse battery';

let server: DocsServer;
beforeAll(async () => {
  server = await aDocsServer({ users: { admin: await hashPassword(PASSWORD) } }, PASSWORD);
});

it('describes every route of /openapi.json under a heading of its own, and no other', async () => {
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  const described = [...readFileSync(PAGE, 'utf8').matchAll(/^#+ `([A-Z]+ \/\S*)`$/gm)].map(([, route]) => route!);
  expect(described.toSorted()).toEqual(routes.toSorted());
});

it('shows what the server answers', { timeout: 120_000 }, async () => {
  const all = examplesOf(PAGE);
  expect(all.length).toBeGreaterThan(50);
  await runExamples(all, server.url, server.token);
});
