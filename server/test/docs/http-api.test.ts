/** docs/*.md against the server: every route is described, nothing else is, and the examples of http-api.md and analysis.md are true. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../src/hash-password.ts';
import { type SeismoServer, start } from '../../src/index.ts';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
const PASSWORD = 'correct horse battery';
/** Differ at every run. */
const VOLATILE = new Set([
  ...['instance', 'uuid', 'receivedAt', 'createdAt', 'updatedAt', 'expiresAt', 'token', 'key', 'env', 'url'],
  ...['bytesOnDisk', 'memoryBytes', 'rememberedIdsBytes', 'loadedBlocks', 'parts'],
]);

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

interface Example {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  readonly isJson: boolean;
  readonly answer: string;
}

function examples(name: string): Example[] {
  const page = readFileSync(join(DOCS, name), 'utf8');
  return [...page.matchAll(/```http\n([\s\S]*?)```\n```(json|text) (\d+)\n([\s\S]*?)```/g)].map(
    ([, request = '', kind, status, answer = '']) => {
      const [head = '', ...rest] = request.split('\n\n');
      const [line = '', ...headers] = head.trim().split('\n');
      const [, method = '', path = ''] = /^([A-Z]+) (.*)$/.exec(line)!;
      return {
        method,
        path,
        headers: Object.fromEntries(headers.map((header) => header.split(': ', 2) as [string, string])),
        body: rest.length > 0 ? rest.join('\n\n') : undefined,
        status: Number(status),
        isJson: kind === 'json',
        answer,
      };
    },
  );
}

/** Without what differs at every run; its type stays. */
const steady = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(steady)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([key, each]) => [
            key,
            VOLATILE.has(key) || /^[0-9a-f]{12}$/.test(String(each)) || (key === 'version' && typeof each === 'string')
              ? typeof each
              : steady(each),
          ]),
        )
      : value;

it.each([
  ['http-api.md', 30],
  ['analysis.md', 15],
])('show in %s what the server answers', async (name, least) => {
  const all = examples(name);
  expect(all.length).toBeGreaterThan(least);
  /** What the page says → what it is here: ids and tokens that a later example uses. */
  const known: [string, string][] = [];
  let signedIn = '';
  for (const { method, path, headers, body, status, isJson, answer } of all) {
    const here = (text: string): string => known.reduce((so, [said, is]) => so.replaceAll(said, is), text);
    const target = here(path);
    const sent = { 'X-Access-Token': token, ...headers };
    if (headers['X-Access-Token']?.startsWith('token of')) sent['X-Access-Token'] = signedIn;
    const response = await fetch(new URL(target, server.url), {
      method,
      headers: sent,
      ...(body && { body: here(body) }),
    });
    const text = await response.text();
    const title = `${method} ${path}`;
    expect([title, response.status]).toEqual([title, status]);
    if (!isJson) {
      // Streams and metrics differ in ids and numbers: their first line is a heading, or a name.
      expect([title, text.split(/\r?\n/).find((line) => line !== '' && !line.startsWith('#')) ?? '(no body)']).toEqual([
        title,
        answer.split(/\r?\n/)[0],
      ]);
      continue;
    }
    const [said, is] = [JSON.parse(answer), JSON.parse(text)];
    expect([title, steady(is)]).toEqual([title, steady(said)]);
    if (is.token) signedIn = is.token;
    if (status === 201 && is.id) known.push([said.id, is.id]);
    if (is.url) known.push([said.url, is.url]);
  }
});
