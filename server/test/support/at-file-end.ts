const closers: (() => unknown)[] = [];

/**
 * Closes what a helper opened when the tests of the file are over, what was opened last first. From wherever it is called: an `afterAll` that is
 * called within a `beforeAll` or a test never runs, and servers went on until their worker ended.
 */
export const atFileEnd = (close: () => unknown): void => void closers.push(close);

/** For setup.ts. @throws the first failure, after all were tried */
export async function closeAll(): Promise<void> {
  const failed: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
}
