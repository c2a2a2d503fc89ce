import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A second, which Vitest waits otherwise, is short on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    include: ['test/**/*.test.ts'],
    // Some files start a server, others a browser, and the machines have two cores.
    maxWorkers: 2,
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
