import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeismoServer, Settings } from '../../../server/dist/index.js';
import { atFileEnd } from '../../../server/test/support/at-file-end.ts';
import { startBuilt } from '../../../server/test/support/start-built.ts';
import type { Client } from '../../src/client.ts';
import { createClient } from '../../src/node.ts';

export interface RealServer {
  readonly url: string;
  readonly token: string;
  readonly admin: { readonly username: string; readonly password: string };
  /** Of an admin. */
  reader(app: string): Client;
  key(app: string, scope: 'read' | 'write'): Promise<string>;
  /** All events of an app, in the order of their times. */
  events(app: string): Promise<Awaited<ReturnType<Client['query']>>>;
  /** Down, and up again at the same address. */
  stop(): Promise<void>;
  startAgain(): Promise<void>;
}

/** Events are what the client sent, without what their requests say about the browser. */
const OWN_DATA = { requestProperties: false };

/** The built server, on a directory of its own, until the tests of the file are over. */
export async function aRealServer(settings: Settings = {}): Promise<RealServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'seismo-client-'));
  let port = 0;
  const open = (): Promise<SeismoServer> => startBuilt({ dataDir, port, logLevel: 'silent', ...OWN_DATA, ...settings });
  let server: SeismoServer | undefined = await open();
  const { url, firstAdmin } = server;
  port = Number(new URL(url).port);
  const { user: username, password } = firstAdmin!;
  const credentials = { username, password };
  const answer = await fetch(`${url}/auth`, { method: 'POST', body: JSON.stringify(credentials) });
  const { token } = (await answer.json()) as { token: string };
  atFileEnd(async () => {
    await server?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const reader = (app: string): Client => createClient({ server: url, app, credentials });
  return {
    url,
    token,
    admin: credentials,
    reader,
    async key(app, scope) {
      const headers = { 'x-access-token': token };
      // Trusted, so that events of any time and texts as ids are stored as an admin's are.
      const body = JSON.stringify({
        app,
        scope,
        eventsPerSecond: 1_000_000,
        ...(scope === 'write' && { trusted: true }),
      });
      const created = await fetch(`${url}/api/keys`, { method: 'POST', headers, body });
      return ((await created.json()) as { key: string }).key;
    },
    async events(app) {
      const found = [];
      for await (const event of reader(app).events({ order: 'asc' })) found.push(event);
      return found;
    },
    async stop() {
      await server?.close();
      server = undefined;
    },
    async startAgain() {
      server = await open();
    },
  };
}
