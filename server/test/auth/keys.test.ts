import { describe, expect, it, vi } from 'vitest';
import { NewKey, NewUser, SignIn, UserChange } from '../../src/auth/requests.ts';
import type { SeismoError } from '../../src/model/errors.ts';
import { parse } from '../../src/model/schema-check.ts';
import { type AuthFixture, code, eachWithAuth, PASSWORD } from './auth-fixture.ts';

let fixture: AuthFixture;
eachWithAuth((each) => {
  fixture = each;
});

describe('keys', () => {
  it('are shown once, stored hashed, never by cookie, and revoked at once', async () => {
    const { key, id } = await fixture.auth.createKey({
      app: 'shop',
      scope: 'write',
      origins: ['https://shop.example'],
    });
    expect(key).toMatch(/^sk_[\w-]{22}$/);
    expect(await fixture.auth.identify(key, 'query')).toMatchObject({ kind: 'key', app: 'shop', scope: 'write' });
    expect(await code(fixture.auth.identify(key, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
    expect(JSON.stringify(fixture.registry.list('keys'))).not.toContain(key);
    expect(JSON.stringify(fixture.auth.keys())).not.toContain(key);
    await fixture.auth.revokeKey(id);
    expect(await code(fixture.auth.identify(key, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.revokeKey(id))).toBe('KEY_UNKNOWN');
  });

  it('rejects an origin that has a path', async () => {
    const origins = ['https://shop.example/path'];
    expect(await code(fixture.auth.createKey({ app: 'shop', scope: 'write', origins }))).toBe('KEY_INVALID');
  });

  it('tell when they were used last, to the minute, also after a restart, and write that no oftener', async () => {
    const { key, id } = await fixture.auth.createKey({ app: 'shop', scope: 'write' });
    const other = await fixture.auth.createKey({ app: 'shop', scope: 'read' });
    const uses = () => fixture.auth.keys().map((each) => [each.id, each.lastUsedAt]);
    const writes = vi.spyOn(fixture.registry, 'put');
    const first = fixture.now;
    for (let i = 0; i < 100; i++) await fixture.auth.identify(key, 'header');
    fixture.now += 59_000;
    await fixture.auth.identify(key, 'header');
    expect(uses()).toEqual(
      expect.arrayContaining([
        [id, first],
        [other.id, undefined],
      ]),
    );
    expect(writes).toHaveBeenCalledTimes(1);
    fixture.now += 1_000;
    await fixture.auth.identify(key, 'header');
    expect(writes).toHaveBeenCalledTimes(2);
    await Promise.all(writes.mock.results.map(({ value }) => value));
    expect(
      fixture
        .anAuth()
        .keys()
        .find((each) => each.id === id)?.lastUsedAt,
    ).toBe(first + 60_000);
    await fixture.auth.revokeKey(id);
    expect(fixture.registry.list('key-uses')).toEqual([]);
  });

  it('hold to their rate, and take so many bytes a second, unless they say otherwise', async () => {
    const made = async (more: object) =>
      (await fixture.auth.createKey({ app: 'shop', scope: 'write', ...more })).bytesPerSecond;
    // 4 KiB an event; a slow key still takes an event of 256 KiB at once, of which 128 KiB a second is a third of three seconds.
    expect([await made({}), await made({ eventsPerSecond: 10 })]).toEqual([4_096_000, 131_072]);
    expect(await made({ bytesPerSecond: 50 })).toBe(50);
    const { id } = await fixture.auth.createKey({ app: 'shop', scope: 'write', eventsPerSecond: 2 });
    const { allowance } = fixture.auth.posterOf(id);
    allowance!.takeEvents(4);
    expect(() => fixture.auth.posterOf(id).allowance!.checkOpen()).toThrow('RATE_LIMITED');
    fixture.now += 1_001;
    fixture.auth.posterOf(id).allowance!.checkOpen();
  });

  it('can be what an SDK sends already, unless that is guessed or belongs to another app', async () => {
    const brought = [
      'phc_4fT9bW2xQ7mK1pLs8vNc',
      '0c5f7e1a-33b2-4c1d-9d5e-8a1b2c3d4e5f',
      'xK4mQ9tB2wZ7pL5vN8cR1sD6fG3hJ0yT',
    ];
    for (const key of brought) {
      const made = await fixture.auth.createKey({ app: 'shop', scope: 'write', key });
      expect(made.key).toBe(key);
      expect(await fixture.auth.identify(key, 'header')).toMatchObject({ kind: 'key', id: made.id, app: 'shop' });
      expect(await code(fixture.auth.identify(key, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
      expect(JSON.stringify(fixture.registry.list('keys'))).not.toContain(key);
      for (const app of ['shop', 'blog'])
        expect(await code(fixture.auth.createKey({ app, scope: 'write', key }))).toBe('KEY_TAKEN');
      await fixture.auth.revokeKey(made.id);
      expect(await code(fixture.auth.identify(key, 'header'))).toBe('AUTH_TOKEN_INVALID');
    }
    const origins = ['https://shop.example'];
    for (const key of ['1', 'shop.example.com', 'a-much-longer-name.example.com', 'short-key', '1'.repeat(40)]) {
      await expect(fixture.auth.createKey({ app: 'shop', scope: 'write', key })).rejects.toMatchObject({
        code: 'KEY_INVALID',
        field: 'key',
      });
      await fixture.auth.createKey({ app: 'shop', scope: 'write', key, origins });
      expect(await fixture.auth.identify(key, 'header')).toMatchObject({ app: 'shop', origins });
    }
    expect(await code(fixture.auth.createKey({ app: 'shop', scope: 'read', key: brought[0]! }))).toBe('KEY_INVALID');
  });

  it('are trusted only when an admin says so, and never in a page', async () => {
    const key = await fixture.auth.createKey({ app: 'shop', scope: 'write', trusted: true });
    const plain = await fixture.auth.createKey({ app: 'shop', scope: 'write' });
    expect([key, plain].map(({ id, trusted }) => [trusted, fixture.auth.posterOf(id).isTrusted])).toEqual([
      [true, true],
      [false, false],
    ]);
    for (const wrong of [{ scope: 'read' as const }, { origins: ['https://shop.example'] }])
      await expect(
        fixture.auth.createKey({ app: 'shop', scope: 'write', trusted: true, ...wrong }),
      ).rejects.toMatchObject({
        code: 'KEY_INVALID',
        field: 'trusted',
      });
  });
});

describe('what callers send', () => {
  it.each([
    [NewKey, { app: '.', scope: 'write' }, 'KEY_INVALID app'],
    [NewKey, { app: 'shop', scope: 'admin' }, 'KEY_INVALID scope'],
    [NewKey, { app: 'shop' }, 'KEY_INVALID scope'],
    [NewKey, { app: 'shop', scope: 'write', eventsPerSecond: 0 }, 'KEY_INVALID eventsPerSecond'],
    [NewKey, { app: 'shop', scope: 'write', trusted: 'yes' }, 'KEY_INVALID trusted'],
    [NewKey, { app: 'shop', scope: 'write', key: '' }, 'KEY_INVALID key'],
    [NewKey, { app: 'shop', scope: 'write', key: 'with a space in it, and long' }, 'KEY_INVALID key'],
    [NewKey, { app: 'shop', scope: 'write', key: 'x'.repeat(257) }, 'KEY_INVALID key'],
    [NewUser, { name: '-eve', password: PASSWORD }, 'USER_INVALID name'],
    [NewUser, { name: 'eve', password: 'short' }, 'USER_INVALID password'],
    [NewUser, { name: 'eve', password: PASSWORD, role: 'boss' }, 'USER_INVALID role'],
    [UserChange, { role: 'boss' }, 'USER_INVALID role'],
    [UserChange, {}, 'USER_INVALID undefined'],
    [SignIn, { username: 5, password: PASSWORD }, 'REQUEST_INVALID username'],
    ...['gho_octocat', 'ghu_octocat', 'ghs_octocat', 'ghr_octocat', 'octocat', 'ghp_', 'ghp_a b'].map(
      (token) => [SignIn, { token }, 'REQUEST_INVALID token'] as const,
    ),
    [SignIn, { token: `ghp_${'x'.repeat(300)}` }, 'REQUEST_INVALID token'],
  ] as const)('%# is rejected when it is not as its schema says: %o is %s', (schema, sent, expected) => {
    let problem: unknown;
    try {
      parse(schema, sent);
    } catch (error) {
      problem = error;
    }
    const { code, field } = problem as SeismoError;
    expect(`${code} ${field}`).toBe(expected);
  });
});
