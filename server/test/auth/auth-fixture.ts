/** Auth over a registry in a directory of its own, and a GitHub that answers as a test says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Auth } from '../../src/auth/auth.ts';
import { createAuth } from '../../src/auth/create-auth.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { openRegistry } from '../../src/registry/lmdb-registry.ts';
import type { Registry } from '../../src/registry/registry.ts';

export const SECRET = Buffer.alloc(32, 5);
export const PASSWORD = 'correct horse battery';

export class AuthFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'seismo-auth-'));
  readonly registry: Registry = openRegistry(join(this.folder, 'registry'));
  now = Date.UTC(2026, 0, 5);
  auth!: Auth;
  githubAnswer!: (authorization: string) => { status: number; body: string };
  readonly github: Server = createServer((request, response) => {
    const { status, body } = this.githubAnswer(request.headers.authorization ?? '');
    response.writeHead(request.url === '/user' ? status : 404, { 'content-type': 'application/json' }).end(body);
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.github.listen(0, '127.0.0.1', resolve));
    this.auth = this.anAuth();
  }

  async close(): Promise<void> {
    this.github.closeAllConnections();
    this.github.close();
    await this.registry.close();
    rmSync(this.folder, { recursive: true });
  }

  anAuth(secret = SECRET, users: Readonly<Record<string, string>> = {}, githubMaxMs?: number): Auth {
    const { port } = this.github.address() as AddressInfo;
    return createAuth({
      ...(githubMaxMs !== undefined && { githubMaxMs }),
      bcryptRounds: 4,
      registry: this.registry,
      secret,
      now: () => this.now,
      fetch,
      config: {
        tokenTtl: 60,
        users,
        auth: { users: ['OctoCat'] },
        githubUrl: `http://127.0.0.1:${port}`,
      },
    });
  }
}

/** A new one for each test of the file: `use` is called with it before the test. */
export function eachWithAuth(use: (fixture: AuthFixture) => void): void {
  let fixture: AuthFixture;
  beforeEach(async () => {
    fixture = new AuthFixture();
    await fixture.open();
    use(fixture);
  });
  afterEach(async () => await fixture.close());
}

/** The code of what is refused. */
export const code = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof SeismoError ? error.code : Promise.reject(error)),
  );
