import { SeismoError } from './errors.ts';

/**
 * Reads a page of at most `limit` rows. While the store answers that the page is too large, it asks for a quarter of the rows.
 * @returns the page, and the limit with which it was read
 */
export async function fittingPage<T>(
  limit: number,
  read: (limit: number) => Promise<T>,
): Promise<{ readonly page: T; readonly limit: number }> {
  for (let rows = limit; ; rows = Math.ceil(rows / 4)) {
    try {
      return { page: await read(rows), limit: rows };
    } catch (error) {
      const isTooLarge =
        error instanceof SeismoError && (error.code === 'QUERY_LIMIT_ROWS' || error.code === 'QUERY_LIMIT_MEMORY');
      if (!isTooLarge || rows === 1) throw error;
    }
  }
}
