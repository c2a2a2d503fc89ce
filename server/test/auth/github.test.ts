import type { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { createAuth } from '../../src/auth/create-auth.ts';
import { GITHUB_MAX_MS } from '../../src/auth/github.ts';
import { type AuthFixture, code, eachWithAuth, PASSWORD, SECRET } from './auth-fixture.ts';

let fixture: AuthFixture;
eachWithAuth((each) => {
  fixture = each;
});

describe('GitHub', () => {
  it('is asked again before a session is renewed, and ends it when the token is revoked', async () => {
    let isRevoked = false;
    let asked = 0;
    fixture.githubAnswer = () => {
      asked++;
      return isRevoked ? { status: 401, body: '{}' } : { status: 200, body: '{"login":"octocat"}' };
    };
    let { token } = await fixture.auth.signInWithGitHub('github_pat_x', { address: '10.0.0.1' });
    const renewal = async () => {
      const identity = await fixture.auth.identify(token, 'cookie');
      return identity.kind === 'user' ? identity.renewed : undefined;
    };
    fixture.now += 31 * 60_000;
    // The first request past half of its time asks; it does not wait for the answer.
    expect(await renewal()).toBeUndefined();
    const next = await vi.waitFor(async () => (await renewal()) ?? Promise.reject(new Error('not yet')));
    expect(asked).toBe(2);
    token = next!.token;
    isRevoked = true;
    fixture.now += 31 * 60_000;
    await vi.waitFor(async () => expect(await code(renewal())).toBe('AUTH_TOKEN_INVALID'));
    expect(asked).toBe(3);
  });

  it('is not needed for a session whose token nobody holds after a restart: it ends with its time', async () => {
    fixture.githubAnswer = () => ({ status: 200, body: '{"login":"octocat"}' });
    const { token } = await fixture.auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' });
    fixture.auth = fixture.anAuth();
    fixture.now += 59 * 60_000;
    const identity = await fixture.auth.identify(token, 'cookie');
    expect(identity).not.toHaveProperty('renewed');
    fixture.now += 2 * 60_000;
    expect(await code(fixture.auth.identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('admits the logins named, whatever their case', async () => {
    fixture.githubAnswer = (authorization) => ({ status: 200, body: `{"login":"${authorization.split('_')[1]}"}` });
    const session = await fixture.auth.signInWithGitHub('ghp_octocat', { address: '10.0.0.1' });
    expect(session).toMatchObject({ user: 'octocat', role: 'admin' });
    expect(await fixture.auth.identify(session.token, 'header')).toMatchObject({ name: 'octocat', role: 'admin' });
    expect(await code(fixture.auth.signInWithGitHub('ghp_stranger', { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
  });

  it('says when GitHub is away, and when it does not know the token', async () => {
    fixture.githubAnswer = () => ({ status: 401, body: '{}' });
    expect(await code(fixture.auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    fixture.githubAnswer = () => ({ status: 502, body: 'bad gateway' });
    expect(await code(fixture.auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('GITHUB_UNAVAILABLE');
    fixture.githubAnswer = () => ({ status: 200, body: '<html>' });
    expect(await code(fixture.auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('GITHUB_UNAVAILABLE');
    fixture.github.closeAllConnections();
    await new Promise((resolve) => fixture.github.close(resolve));
    expect(await code(fixture.auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' }))).toBe('GITHUB_UNAVAILABLE');
  });

  it.each([
    ['a connection that stays silent', (response: ServerResponse) => void response],
    ['a body that does not end', (response: ServerResponse) => void response.writeHead(200).write('{"login":')],
  ])('waits ten seconds at most, here 50 ms, for %s', async (_, begin) => {
    expect(GITHUB_MAX_MS).toBe(10_000);
    const begun = new Promise<void>((resolve) => {
      fixture.github.removeAllListeners('request').on('request', (_request, response: ServerResponse) => {
        begin(response);
        resolve();
      });
    });
    const signIn = fixture
      .anAuth(SECRET, {}, 50)
      .signInWithGitHub('ghp_x', { address: '10.0.0.1' })
      .catch((cause: unknown) => cause);
    // On a busy machine the limit may be over before the request arrives.
    await Promise.race([begun, signIn]);
    // Whatever fetch holds only weakly is gone from here on, as under load.
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    const error: unknown = await signIn;
    expect(error).toMatchObject({ code: 'GITHUB_UNAVAILABLE', retryAfterSeconds: 10 });
  });

  it('takes a login off at once when the configuration names it no more, and does not mix it with a user of that name', async () => {
    fixture.githubAnswer = () => ({ status: 200, body: '{"login":"octocat"}' });
    const { token } = await fixture.auth.signInWithGitHub('ghp_x', { address: '10.0.0.1' });
    await fixture.auth.addUser({ name: 'octocat', password: PASSWORD });
    await fixture.auth.removeUser('octocat');
    expect(await code(fixture.auth.identify(token, 'header'))).toBe('fine');
    const without = createAuth({
      registry: fixture.registry,
      secret: SECRET,
      now: () => fixture.now,
      fetch,
      config: { tokenTtl: 60, users: {}, auth: { users: [] }, githubUrl: '' },
    });
    expect(await code(without.identify(token, 'header'))).toBe('AUTH_TOKEN_INVALID');
  });
});
