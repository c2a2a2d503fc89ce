import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { wireTypesOf } from '../scripts/wire-types.mjs';
import { aRealServer } from './support/real-server.ts';

it('has the types of what travels from the document of this server; if not: npm run wire --workspace client', async () => {
  const { url } = await aRealServer();
  const document = await (await fetch(`${url}/openapi.json`)).json();
  expect(wireTypesOf(document)).toBe(readFileSync(new URL('../src/wire.ts', import.meta.url), 'utf8'));
});
