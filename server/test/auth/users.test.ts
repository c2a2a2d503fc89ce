import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import { firstAdmin, signingKey } from '../../src/auth/first-start.ts';
import { type AuthFixture, code, eachWithAuth, PASSWORD } from './auth-fixture.ts';

let fixture: AuthFixture;
eachWithAuth((each) => {
  fixture = each;
});

describe('users', () => {
  it('change their role from the next request on, and somebody stays an admin', async () => {
    const alone = fixture.anAuth();
    await alone.addUser({ name: 'ann', password: PASSWORD, role: 'viewer' });
    const { token } = await alone.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    await alone.changeUser('ann', { role: 'admin' });
    expect(await alone.identify(token, 'header')).toMatchObject({ role: 'admin' });
    // The logins of GitHub are admins.
    await alone.changeUser('ann', { role: 'viewer' });
    expect(await alone.identify(token, 'header')).toMatchObject({ role: 'viewer' });
    expect(await code(alone.changeUser('nobody', { role: 'viewer' }))).toBe('USER_UNKNOWN');
  });

  it('change their own password when they know the present one: the other sessions end', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    const other = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const next = `${PASSWORD} 2`;
    expect(await code(fixture.auth.changeOwnPassword('ann', 'a wrong password', next, { address: '10.0.0.1' }))).toBe(
      'AUTH_FAILED',
    );
    expect(await code(fixture.auth.changeOwnPassword('ann', PASSWORD, 'short', { address: '10.0.0.1' }))).toBe(
      'USER_INVALID',
    );
    expect(await code(fixture.auth.identify(other.token, 'header'))).toBe('fine');
    const session = await fixture.auth.changeOwnPassword('ann', PASSWORD, next, { address: '10.0.0.1' });
    expect(session).toMatchObject({ user: 'ann', role: 'viewer' });
    expect(await code(fixture.auth.identify(session.token, 'cookie'))).toBe('fine');
    expect(await code(fixture.auth.identify(other.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    expect(await code(fixture.auth.signInWithPassword('ann', next, { address: '10.0.0.1' }))).toBe('fine');
  });

  it('may not guess the present password more often than they may sign in', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    const guess = () =>
      code(fixture.auth.changeOwnPassword('ann', 'a wrong password', `${PASSWORD} 2`, { address: '10.0.0.1' }));
    const guesses: string[] = [];
    for (let i = 0; i < 11; i++) guesses.push(await guess());
    expect(guesses).toEqual([...Array.from({ length: 10 }, () => 'AUTH_FAILED'), 'AUTH_TOO_MANY']);
  });
});

describe('a new password', () => {
  it.each([
    'aaaaaaaaaaaa',
    '123456789012',
    'qwertyuiop12',
    'password1234',
    'passwordpassword',
    'iloveyou1234',
    'abcdefghijkl',
    'seismoseismo',
    'katharinakatharina',
    'P@ssw0rd1234',
  ])('that is easily guessed is refused: %s', async (easy) => {
    expect(await code(fixture.auth.addUser({ name: 'katharina', password: easy }))).toBe('USER_INVALID');
    expect(await code(hashPassword(easy.replace('katharina', 'admin')))).toBe('USER_INVALID');
    await fixture.auth.addUser({ name: 'katharina', password: PASSWORD });
    expect(await code(fixture.auth.changeUser('katharina', { password: easy }))).toBe('USER_INVALID');
    expect(await code(fixture.auth.changeOwnPassword('katharina', PASSWORD, easy, { address: '10.0.0.1' }))).toBe(
      'USER_INVALID',
    );
  });

  it.each(['correct horse battery', 'kv7-Fq2_zLw9', 'drei Katzen im Regen'])('is taken: %s', async (good) => {
    expect(await code(fixture.auth.addUser({ name: 'katharina', password: good }))).toBe('fine');
  });
});

describe('the first start', () => {
  it('makes a key of 32 bytes (0600) and one admin, once', async () => {
    const key = signingKey(fixture.folder, undefined);
    expect(key.length).toBe(32);
    expect(statSync(join(fixture.folder, 'auth.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(fixture.folder, 'auth.key'), 'utf8')).toContain(key.toString('hex'));
    expect(signingKey(fixture.folder, undefined).equals(key)).toBe(true);
    const config = { users: {}, auth: { users: [] } };
    const admin = await (await firstAdmin(fixture.registry, config))?.store();
    expect(admin?.password.length).toBe(20);
    expect(await firstAdmin(fixture.registry, config)).toBeUndefined();
    expect(await fixture.auth.signInWithPassword(admin!.user, admin!.password, { address: '10.0.0.1' })).toMatchObject({
      role: 'admin',
    });
    expect(JSON.stringify(fixture.registry.list('users'))).not.toContain(admin!.password);
  });

  it('makes none when the configuration names somebody', async () => {
    expect(await firstAdmin(fixture.registry, { users: {}, auth: { users: ['octocat'] } })).toBeUndefined();
  });
});
