import { hash } from '@node-rs/bcrypt';
import { SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import type { UserIdentity } from '../../src/auth/auth.ts';
import { createAuth } from '../../src/auth/create-auth.ts';
import { type AuthFixture, code, eachWithAuth, PASSWORD, SECRET } from './auth-fixture.ts';

let fixture: AuthFixture;
eachWithAuth((each) => {
  fixture = each;
});

describe('tokens', () => {
  it('are refused when signed by another key, cut, changed, unsigned or of another algorithm', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    const { token } = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const [head, payload] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const sign = (alg: string, key: Buffer) => new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
    const bad = [
      await sign('HS256', Buffer.alloc(32, 6)),
      await sign('HS512', SECRET),
      `${encode({ alg: 'none' })}.${payload}.`,
      `${head}.${encode({ ...claims, role: 'admin' })}.${token.split('.')[2]}`,
      token.slice(0, -3),
      `${head}.${payload}`,
      'x',
      '',
    ];
    for (const each of bad) expect(await code(fixture.auth.identify(each, 'header')), each).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.identify(await sign('HS256', SECRET), 'header'))).toBe('fine');
    expect(await code(fixture.anAuth(Buffer.alloc(32, 9)).identify(token, 'header'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('in a cookie are renewed after half their time, for 30 days at most', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    let { token } = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const renewal = async (via: 'cookie' | 'header') => {
      const identity = await fixture.auth.identify(token, via);
      return identity.kind === 'user' ? identity.renewed : undefined;
    };
    expect(await renewal('cookie')).toBeUndefined();
    fixture.now += 31 * 60_000;
    expect(await renewal('header')).toBeUndefined();
    const signedInAt = fixture.now - 31 * 60_000;
    let until = 0;
    for (let next = await renewal('cookie'); next; next = await renewal('cookie')) {
      token = next.token;
      until = next.expiresAt;
      fixture.now += 45 * 60_000;
      if (fixture.now >= until) break;
    }
    expect(until).toBe(signedInAt + 30 * 86_400_000);
    fixture.now = until;
    expect(await code(fixture.auth.identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('that are renewed never outlive the 30 days, however long tokens live', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    const signedInAt = fixture.now;
    const long = createAuth({
      registry: fixture.registry,
      secret: SECRET,
      now: () => fixture.now,
      fetch,
      config: { tokenTtl: 25 * 1440, users: {}, auth: { users: [] }, githubUrl: '' },
    });
    const { token } = await long.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    fixture.now += 20 * 86_400_000;
    const identity = await long.identify(token, 'cookie');
    expect(identity.kind === 'user' && identity.renewed?.expiresAt).toBe(signedInAt + 30 * 86_400_000);
  });
});

describe('sessions', () => {
  const who = async (token: string): Promise<UserIdentity> => {
    const identity = await fixture.auth.identify(token, 'header');
    if (identity.kind !== 'user') throw new Error('a key');
    return identity;
  };

  it('are listed with where they began, and ended one by one, by their own user alone, also after a restart', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    await fixture.auth.addUser({ name: 'eve', password: PASSWORD });
    const began = fixture.now;
    const one = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1', agent: 'Firefox' });
    fixture.now += 1_000;
    const two = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.2', agent: 'curl' });
    const eve = await fixture.auth.signInWithPassword('eve', PASSWORD, { address: '10.0.0.3' });
    const ann = await who(two.token);
    const listed = fixture.auth.sessions(ann);
    expect(listed.map(({ id: _, ...session }) => session)).toEqual([
      {
        signedInAt: began + 1_000,
        lastUsedAt: began + 1_000,
        expiresAt: two.expiresAt,
        address: '10.0.0.2',
        agent: 'curl',
      },
      { signedInAt: began, lastUsedAt: began, expiresAt: one.expiresAt, address: '10.0.0.1', agent: 'Firefox' },
    ]);
    expect(listed[0]?.id).toBe(ann.session?.id);
    const [, first] = listed;
    expect(await code(fixture.auth.endSession(await who(eve.token), first!.id))).toBe('SESSION_UNKNOWN');
    expect(await code(fixture.auth.identify(one.token, 'header'))).toBe('fine');
    await fixture.auth.endSession(ann, first!.id);
    fixture.auth = fixture.anAuth();
    expect(await code(fixture.auth.identify(one.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(fixture.auth.sessions(ann)).toHaveLength(1);
    fixture.now = two.expiresAt + 1;
    expect(fixture.auth.sessions(ann)).toEqual([]);
  });

  it('tell when they were used last, and end all at once but the one that asks', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    const one = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    fixture.now += 20 * 60_000;
    const two = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.2' });
    await who(one.token);
    const ann = await who(two.token);
    await vi.waitFor(() =>
      expect(fixture.auth.sessions(ann).map(({ lastUsedAt }) => lastUsedAt)).toEqual([fixture.now, fixture.now]),
    );
    fixture.now += 1;
    const next = await fixture.auth.endOtherSessions(await who(two.token), { address: '10.0.0.2' });
    expect(await code(fixture.auth.identify(one.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.identify(two.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(fixture.auth.sessions(await who(next.token)).map(({ address }) => address)).toEqual(['10.0.0.2']);
    fixture.auth = fixture.anAuth();
    expect(await code(fixture.auth.identify(one.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.identify(next.token, 'header'))).toBe('fine');
  });

  it('of a program that signs in again and again are 200 in the list, and stay valid', async () => {
    const quick = fixture.anAuth(SECRET, { bot: await hash(PASSWORD, { cost: 4 }) });
    const sessions = [];
    for (let i = 0; i < 205; i++) {
      fixture.now += 1;
      sessions.push(await quick.signInWithPassword('bot', PASSWORD, { address: '10.0.0.1' }));
    }
    const bot = (await quick.identify(sessions[0]!.token, 'header')) as UserIdentity;
    const listed = quick.sessions(bot);
    expect(listed).toHaveLength(200);
    expect(listed[0]?.signedInAt).toBe(fixture.now);
  }, 30_000);
});
