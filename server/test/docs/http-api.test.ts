/** docs/*.md against the server: every route is described, nothing else is, and the examples of http-api.md are true. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';
import { examplesOf, runExamples } from './examples.ts';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
const PASSWORD = 'correct horse battery';

let dataDir: string;
let server: SeismoServer;
let token: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-docs-'));
  const hash = await hashPassword(PASSWORD);
  server = await start({ dataDir, port: 0, logLevel: 'silent', users: { admin: hash } });
  token = await signIn();
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function signIn(): Promise<string> {
  const body = JSON.stringify({ username: 'admin', password: PASSWORD });
  return ((await (await fetch(`${server.url}/auth`, { method: 'POST', body })).json()) as { token: string }).token;
}

it('describe every route of /openapi.json under a heading of its own, and no other', async () => {
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  const pages = readdirSync(DOCS).filter((name) => name.endsWith('.md'));
  const described = pages.flatMap((name) =>
    [...readFileSync(join(DOCS, name), 'utf8').matchAll(/^#+ `([A-Z]+ \/\S*)`$/gm)].map(([, route]) => route!),
  );
  expect(described.toSorted()).toEqual(routes.toSorted());
});

it('show in http-api.md what the server answers', async () => {
  const all = examplesOf(join(DOCS, 'http-api.md'));
  expect(all.length).toBeGreaterThan(50);
  await runExamples(all, server.url, token);
});
