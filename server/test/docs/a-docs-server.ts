/** A server for the examples of a page, on a directory of its own, until the tests of the file are over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../src/index.ts';
import { atFileEnd } from '../support/at-file-end.ts';
import { start } from '../support/start.ts';

export const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));

export interface DocsServer {
  readonly url: string;
  readonly dataDir: string;
  /** Of an admin. */
  readonly token: string;
  readonly password: string;
}

/** @param settings with `users`, their password must be given too: no first admin is made then */
export async function aDocsServer(settings: Settings = {}, given?: string): Promise<DocsServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'seismo-docs-'));
  const server = await start({ dataDir, port: 0, logLevel: 'silent', ...settings });
  atFileEnd(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const password = given ?? server.firstAdmin!.password;
  const body = JSON.stringify({ username: 'admin', password });
  const answer = await fetch(`${server.url}/auth`, { method: 'POST', body });
  const { token } = (await answer.json()) as { token: string };
  return { url: server.url, dataDir, token, password };
}
