/** The questions and answers of docs/analysis.md, of every kind, against a server that holds the events of the page. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeismoServer } from '../../src/index.ts';
import { QUESTIONS } from '../../src/questions/kinds.ts';
import { checkAnswer } from '../analysis/answer.ts';
import { start } from '../support/start.ts';
import { examplesOf, runExamples } from './examples.ts';

const PAGE = fileURLToPath(new URL('../../../docs/analysis.md', import.meta.url));
let dataDir: string;
let server: SeismoServer;
let token: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-docs-'));
  server = await start({ dataDir, port: 0, logLevel: 'silent' });
  const { user: username, password } = server.firstAdmin!;
  const body = JSON.stringify({ username, password });
  token = ((await (await fetch(`${server.url}/auth`, { method: 'POST', body })).json()) as { token: string }).token;
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('shows of every kind of question what the server answers, and answers are as the OpenAPI document says', async () => {
  const kinds = new Set<string>();
  await runExamples(examplesOf(PAGE), server.url, token, ({ path, status }, answer) => {
    if (path !== '/api/query/shop' || status !== 200) return;
    const { kind } = answer as { kind: string };
    kinds.add(kind);
    checkAnswer({ ...(answer as object), kind });
  });
  expect([...kinds].toSorted()).toEqual(Object.keys(QUESTIONS).toSorted());
});
