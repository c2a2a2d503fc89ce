import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A second, which Vitest waits otherwise, is short on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    include: ['test/**/*.test.ts'],
    // Most files start a server and a browser, and the machines have two cores.
    maxWorkers: 2,
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // A second unless said: too little for a page while others keep both cores busy.
    expect: { poll: { timeout: 20_000 } },
  },
});
