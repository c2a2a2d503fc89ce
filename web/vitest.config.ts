import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
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
