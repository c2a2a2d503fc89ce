/** The example of docs/identity.md, against a server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';
import { examplesOf, runExamples } from './examples.ts';

const PAGE = fileURLToPath(new URL('../../../docs/identity.md', import.meta.url));
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

it('shows whom the events of a shared device count for, and what is erased with a user', async () => {
  const examples = examplesOf(PAGE);
  expect(examples).toHaveLength(6);
  await runExamples(examples, server.url, token);
});
