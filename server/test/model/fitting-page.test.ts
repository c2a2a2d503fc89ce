import { expect, it } from 'vitest';
import { SeismoError } from '../../src/model/errors.ts';
import { fittingPage } from '../../src/model/fitting-page.ts';

const reading = (fits: number, code: 'QUERY_LIMIT_ROWS' | 'QUERY_LIMIT_MEMORY' | 'STORE_UNAVAILABLE') => {
  const limits: number[] = [];
  const read = async (limit: number): Promise<string> => {
    limits.push(limit);
    if (limit > fits) throw new SeismoError(code, 'Too large.');
    return `${limit} rows`;
  };
  return { limits, read };
};

it('asks for a quarter of the rows until the page fits', async () => {
  const { limits, read } = reading(10, 'QUERY_LIMIT_MEMORY');
  expect(await fittingPage(500, read)).toEqual({ page: '8 rows', limit: 8 });
  // 500, 125, 31.25 → 32, 8
  expect(limits).toEqual([500, 125, 32, 8]);
});

it('gives up when a single row is too large', async () => {
  const { limits, read } = reading(0, 'QUERY_LIMIT_ROWS');
  await expect(fittingPage(3, read)).rejects.toMatchObject({ code: 'QUERY_LIMIT_ROWS' });
  expect(limits).toEqual([3, 1]);
});

it('passes on every other failure at once', async () => {
  const { limits, read } = reading(0, 'STORE_UNAVAILABLE');
  await expect(fittingPage(500, read)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(limits).toEqual([500]);
});
