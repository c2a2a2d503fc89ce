import { expect, it } from 'vitest';
import { settledWithin, within } from '../../src/system/timeout.ts';

const never = new Promise<never>(() => {});
const late = (): Error => new Error('late');

it('within answers with the result, the failure, or the error of its limit', async () => {
  expect(await within(60_000, Promise.resolve(1), late)).toBe(1);
  await expect(within(60_000, Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
  await expect(within(1, never, late)).rejects.toThrow('late');
});

it('settledWithin says whether the work ended in time, also when it failed', async () => {
  expect(await settledWithin(60_000, Promise.resolve(1))).toBe(true);
  expect(await settledWithin(60_000, Promise.reject(new Error('broken')))).toBe(true);
  expect(await settledWithin(1, never)).toBe(false);
});
