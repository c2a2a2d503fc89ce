// `npm run wire`: asks a server started for it for its OpenAPI document and writes src/wire.ts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../../server/dist/index.js';
import { wireTypesOf } from './wire-types.mjs';

const dataDir = mkdtempSync(join(tmpdir(), 'seismo-wire-'));
const server = await start({ dataDir, port: 0, logLevel: 'silent' });
const document = await (await fetch(`${server.url}/openapi.json`)).json();
await server.close();
rmSync(dataDir, { recursive: true });
writeFileSync(new URL('../src/wire.ts', import.meta.url), wireTypesOf(document));
process.exit(0);
