import { describe, expect, it } from 'vitest';
import { Passwords } from '../../src/auth/passwords.ts';
import type { SeismoError } from '../../src/model/errors.ts';

/** What bcrypt was asked, and how each question is answered. */
const asked: { rounds: number; answer: (isSame: boolean) => void }[] = [];
const compare = (_password: string, hash: string): Promise<boolean> =>
  new Promise((answer) => asked.push({ rounds: Number(hash.slice(4, 6)), answer }));
const passwordsWith = (known: readonly string[] = []): Passwords => new Passwords(known, undefined, compare);

const hashOf = (rounds: number): string => `$2b$${rounds}$${'x'.repeat(53)}`;

async function workOf(passwords: Passwords, hash: string | undefined): Promise<number> {
  let work = 0;
  let isOver = false;
  const result = passwords.matches('wrong', hash).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const next = asked.shift();
    if (next) {
      work += 2 ** next.rounds;
      next.answer(false);
    } else await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await result).toBe(false);
  return work;
}

describe('passwords', () => {
  it('cost a stranger the same work whether there is such a user or not, and whatever the rounds', async () => {
    const passwords = passwordsWith([hashOf(12), hashOf(14)]);
    for (const hash of [undefined, hashOf(12), hashOf(13), hashOf(14)])
      expect(await workOf(passwords, hash)).toBe(2 ** 14);
    expect(await workOf(passwordsWith(), undefined)).toBe(2 ** 12);
  });

  it('are compared two at a time; twenty wait, and the next is refused', async () => {
    const passwords = passwordsWith();
    const results = Array.from({ length: 23 }, () =>
      passwords.matches('x', hashOf(12)).catch((error: unknown) => (error as SeismoError).code),
    );
    expect(await results[22]).toBe('AUTH_BUSY');
    let most = 0;
    for (let done = 0; done < 22; done++) {
      await expect.poll(() => asked.length).toBeGreaterThan(0);
      most = Math.max(most, asked.length);
      asked.shift()!.answer(true);
      // Whoever comes in the very moment a place is free stands behind those who wait.
      if (done === 0)
        results.push(passwords.matches('x', hashOf(12)).catch((error: unknown) => (error as SeismoError).code));
    }
    expect(await Promise.all(results.slice(0, 22))).toEqual(Array(22).fill(true));
    expect(most).toBe(2);
    asked.shift()?.answer(true);
    expect([true, 'AUTH_BUSY']).toContain(await results[23]);
  });

  it('of callers who signed in before are compared first, and one address waits four times at most', async () => {
    const passwords = passwordsWith();
    const order: string[] = [];
    const from = (name: string, isKnown: boolean) =>
      passwords.matches('x', hashOf(12), { isKnown, address: name }).then(
        () => order.push(name),
        (error: SeismoError) => order.push(`${name} ${error.code}`),
      );
    const waiting = [from('a', false), from('b', false)];
    for (let i = 0; i < 5; i++) waiting.push(from('crowd', false));
    waiting.push(from('known', true));
    for (let done = 0; done < 7; done++) {
      await expect.poll(() => asked.length).toBeGreaterThan(0);
      asked.shift()!.answer(true);
    }
    await Promise.all(waiting);
    expect(order).toEqual(
      ['crowd AUTH_BUSY', 'a', 'known', 'b', 'crowd', 'crowd', 'crowd', 'crowd'].sort(
        (x, y) => order.indexOf(x) - order.indexOf(y),
      ),
    );
    expect(order.indexOf('known')).toBeLessThan(order.indexOf('crowd'));
  });
});
