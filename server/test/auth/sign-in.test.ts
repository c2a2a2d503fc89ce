import { hash } from '@node-rs/bcrypt';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/auth/known-callers.ts';
import { addressKey, FailureLimiter } from '../../src/auth/limiter.ts';
import { type AuthFixture, code, eachWithAuth, PASSWORD, SECRET } from './auth-fixture.ts';

let fixture: AuthFixture;
eachWithAuth((each) => {
  fixture = each;
});

describe('signing in with a password', () => {
  it('gives a token that names user and role, and ends with its time', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD, role: 'admin' });
    const session = await fixture.auth.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    expect(session).toMatchObject({ user: 'ann', role: 'admin', expiresAt: fixture.now + 3_600_000 });
    expect(await fixture.auth.identify(session.token, 'header')).toMatchObject({
      kind: 'user',
      name: 'ann',
      role: 'admin',
    });
    fixture.now += 3_600_001;
    expect(await code(fixture.auth.identify(session.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('answers a wrong password, an unknown user and a password over 72 bytes alike', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    expect(await code(fixture.auth.signInWithPassword('ann', 'wrong', { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    expect(await code(fixture.auth.signInWithPassword('bob', PASSWORD, { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    expect(await code(fixture.auth.signInWithPassword('ann', PASSWORD + 'x'.repeat(60), { address: '10.0.0.1' }))).toBe(
      'AUTH_FAILED',
    );
    expect(await code(fixture.auth.addUser({ name: 'eve', password: 'x'.repeat(73) }))).toBe('USER_INVALID');
  });

  it('refuses the eleventh attempt of a minute from one address or for one name, without asking bcrypt', async () => {
    for (let i = 0; i < 10; i++)
      await code(fixture.auth.signInWithPassword(`user${i}`, 'wrong', { address: '2001:db8::1' }));
    expect(await code(fixture.auth.signInWithPassword('ann', 'wrong', { address: '2001:db8::2' }))).toBe(
      'AUTH_TOO_MANY',
    );
    expect(await code(fixture.auth.signInWithPassword('ann', 'wrong', { address: '2001:db8:0:1::1' }))).toBe(
      'AUTH_FAILED',
    );
    fixture.now += 61_000;
    expect(await code(fixture.auth.signInWithPassword('ann', 'wrong', { address: '2001:db8::2' }))).toBe('AUTH_FAILED');
  });

  it('counts guesses that are made at once like guesses made one by one', async () => {
    const codes = await Promise.all(
      Array.from({ length: 15 }, (_, i) =>
        code(fixture.auth.signInWithPassword(`user${i}`, 'wrong', { address: '10.0.0.1' })),
      ),
    );
    // Two are compared and four wait; of one address no more may.
    expect(codes.filter((each) => each === 'AUTH_FAILED')).toHaveLength(6);
    expect(codes.filter((each) => each === 'AUTH_BUSY')).toHaveLength(9);
    for (let i = 0; i < 4; i++)
      expect(await code(fixture.auth.signInWithPassword(`late${i}`, 'wrong', { address: '10.0.0.1' }))).toBe(
        'AUTH_FAILED',
      );
    expect(await code(fixture.auth.signInWithPassword('ann', 'wrong', { address: '10.0.0.1' }))).toBe('AUTH_TOO_MANY');
  });

  it('limits an address although its own account signs in between', async () => {
    await fixture.auth.addUser({ name: 'eve', password: PASSWORD });
    for (let i = 0; i < 9; i++)
      await code(fixture.auth.signInWithPassword(`user${i}`, 'wrong', { address: '10.0.4.1' }));
    expect(await code(fixture.auth.signInWithPassword('eve', PASSWORD, { address: '10.0.4.1' }))).toBe('fine');
    expect(await code(fixture.auth.signInWithPassword('user9', 'wrong', { address: '10.0.4.1' }))).toBe('AUTH_FAILED');
    expect(await code(fixture.auth.signInWithPassword('user10', 'wrong', { address: '10.0.4.1' }))).toBe(
      'AUTH_TOO_MANY',
    );
  });

  it('limits strangers who guess at one name to 100 a minute together, which keeps out nobody who signed in before', async () => {
    const quick = fixture.anAuth(SECRET, { ann: await hash(PASSWORD, { cost: 4 }) });
    const { browser } = await quick.signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    const guess = (i: number) => code(quick.signInWithPassword('ann', 'wrong', { address: `10.1.${i}.1` }));
    for (let i = 0; i < 10; i++) expect(await guess(i)).toBe('AUTH_FAILED');
    // Ten guesses from elsewhere a minute were once enough to keep out a name.
    expect(await code(quick.signInWithPassword('ann', PASSWORD, { address: '10.2.0.1' }))).toBe('fine');
    for (let i = 10; i < 100; i++) expect(await guess(i)).toBe('AUTH_FAILED');
    expect(await guess(100)).toBe('AUTH_TOO_MANY');
    const signIn = (caller: Caller, name = 'ann') => code(quick.signInWithPassword(name, PASSWORD, caller));
    expect(await signIn({ address: '10.3.0.1' })).toBe('AUTH_TOO_MANY');
    expect(await signIn({ address: '10.0.0.1' })).toBe('fine');
    expect(await signIn({ address: '10.3.0.1', browser })).toBe('fine');
    // The cookie is good for this user alone, and as it was given.
    expect(await signIn({ address: '10.3.0.3', browser: `${browser.slice(0, -1)}~` })).toBe('AUTH_TOO_MANY');
    const { browser: ofEve } = await fixture
      .anAuth(SECRET, { eve: await hash(PASSWORD, { cost: 4 }) })
      .signInWithPassword('eve', PASSWORD, {
        address: '10.0.0.2',
      });
    expect(await signIn({ address: '10.3.0.3', browser: ofEve })).toBe('AUTH_TOO_MANY');
    // Known callers have a limit too.
    for (let i = 0; i < 10; i++)
      expect(await code(quick.signInWithPassword('ann', 'wrong', { address: '10.3.0.2', browser }))).toBe(
        'AUTH_FAILED',
      );
    expect(await signIn({ address: '10.3.0.2', browser })).toBe('AUTH_TOO_MANY');
    fixture.now += 401 * 86_400_000;
    for (let i = 0; i < 100; i++) await guess(i);
    expect(await signIn({ address: '10.3.0.4', browser })).toBe('AUTH_TOO_MANY');
  }, 30_000);

  it.each(['', 'x'.repeat(900_000), 'a\0b', '__proto__', 'é'.repeat(200)])(
    'takes an odd name or password for a wrong one (%#)',
    async (odd) => {
      expect(await code(fixture.auth.signInWithPassword(odd, odd, { address: '10.0.0.1' }))).toBe('AUTH_FAILED');
    },
  );

  it('lets nobody in with the old password while it is being changed, and one name be added once', async () => {
    const added = await Promise.all(
      [1, 2].map((n) => code(fixture.auth.addUser({ name: 'ann', password: `${PASSWORD} ${n}` }))),
    );
    expect(added.sort()).toEqual(['USER_EXISTS', 'fine']);
    const [old] = await Promise.all([
      Promise.all(
        [1, 2].map((n) =>
          fixture.auth.signInWithPassword('ann', `${PASSWORD} ${n}`, { address: '10.0.0.1' }).catch(() => undefined),
        ),
      ),
      fixture.auth.changeUser('ann', { password: `${PASSWORD} 3` }),
    ]);
    for (const session of old)
      if (session) expect(await code(fixture.auth.identify(session.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.signInWithPassword('ann', `${PASSWORD} 3`, { address: '10.0.0.1' }))).toBe('fine');
  });

  it('ends the sessions of a user of the configuration whose hash was changed there', async () => {
    const [one, two] = await Promise.all([hash(PASSWORD, { cost: 4 }), hash(PASSWORD, { cost: 4 })]);
    const { token } = await fixture
      .anAuth(SECRET, { ann: one! })
      .signInWithPassword('ann', PASSWORD, { address: '10.0.0.1' });
    expect(await code(fixture.anAuth(SECRET, { ann: one! }).identify(token, 'cookie'))).toBe('fine');
    expect(await code(fixture.anAuth(SECRET, { ann: two! }).identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.anAuth(SECRET, {}).identify(token, 'cookie'))).toBe('AUTH_TOKEN_INVALID');
  });

  it('ends sessions at once when the user is removed, the password changes, or who it is signs out', async () => {
    await fixture.auth.addUser({ name: 'ann', password: PASSWORD });
    const signIn = (password: string) => fixture.auth.signInWithPassword('ann', password, { address: '10.0.0.1' });
    const [first, second] = [await signIn(PASSWORD), await signIn(PASSWORD)];
    await fixture.auth.signOut(first.token);
    expect(await code(fixture.auth.identify(first.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.identify(second.token, 'header'))).toBe('fine');
    fixture.now += 1;
    await fixture.auth.changeUser('ann', { password: `${PASSWORD} 2` });
    expect(await code(fixture.auth.identify(second.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    const third = await signIn(`${PASSWORD} 2`);
    await fixture.auth.removeUser('ann');
    expect(await code(fixture.auth.identify(third.token, 'header'))).toBe('AUTH_TOKEN_INVALID');
    expect(await code(fixture.auth.removeUser('ann'))).toBe('USER_UNKNOWN');
  });
});

it('limits IPv6 by its first 64 bits', () => {
  expect([
    addressKey('2001:db8::1'),
    addressKey('2001:db8:0:0:ffff::'),
    addressKey('::1'),
    addressKey('::ffff:10.0.0.1'),
    addressKey('10.0.0.1'),
  ]).toEqual(['2001:db8:0:0::/64', '2001:db8:0:0::/64', '0:0:0:0::/64', '10.0.0.1', '10.0.0.1']);
});

it('remembers 50,000 names and addresses, and forgets the oldest', () => {
  const limiter = new FailureLimiter(() => 0);
  for (let i = 0; i < 60_000; i++) limiter.failed([{ key: `address ${i}`, max: 10 }]);
  expect(limiter.size).toBe(50_000);
});
