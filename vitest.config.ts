/** The three sets of tests and the files in each. `npm test` runs all of them, `npm run test:unit` those that take seconds. */

import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const WORKSPACES = ['server', 'client', 'web'] as const;
type Workspace = (typeof WORKSPACES)[number];

/** These start the engine, a server or the command line. A file in neither list is a unit test and starts none of them. */
const ENGINE = [
  'server/test/analysis/!(anchored-paths|answer-cache).test.ts',
  'server/test/app/!(retention|zone-moves|lock).test.ts',
  'server/test/cli/{commands,data-directory,import-cases,import-real}.test.ts',
  'server/test/config/machine-memory.test.ts',
  'server/test/contract/*.test.ts',
  'server/test/docs/{analysis,http-api,identity}.test.ts',
  'server/test/examples/*.test.ts',
  'server/test/faults/*.test.ts',
  'server/test/live/{live,live-runs}.test.ts',
  'server/test/openapi/*.test.ts',
  'server/test/package.test.ts',
  'server/test/store/!(inserts|question-queue).test.ts',
  'client/test/{contract,faults,first-client,package,wire}.test.ts',
];
/** These start a Chromium. */
const BROWSER = [
  'client/test/browser/*.test.ts',
  'client/test/docs.test.ts',
  'web/test/{dashboards,early,events,explore,explore-kinds,first-event,layout-shift,live,overview}.test.ts',
  'web/test/{settings,share,shell,sign-in,sql,users}.test.ts',
  'web/test/charts/harness.test.ts',
];

/** The engine's tests of the analysis once more, on a ClickHouse server. */
const ANALYSIS = ENGINE[0]!;

/** Two cores, and an engine or a browser is half a gigabyte each. */
const MAX_WORKERS = 2;
const SHARED = { root: fileURLToPath(new URL('.', import.meta.url)), pool: 'forks', hookTimeout: 60_000 } as const;
/** Vitest polls for a second unless told otherwise, which is short on a busy machine. */
const PATIENT = { testTimeout: 60_000, expect: { poll: { timeout: 30_000 } } } as const;

function projects(workspaces: readonly Workspace[]): TestProjectConfiguration[] {
  const own = (files: readonly string[]) =>
    files.filter((file) => workspaces.some((each) => file.startsWith(`${each}/`)));
  const all = workspaces.map((each) => `${each}/test/**/*.test.ts`);
  return [
    {
      test: {
        ...SHARED,
        name: 'unit',
        include: all,
        exclude: [...ENGINE, ...BROWSER],
        // Modules are loaded once a worker: loading them took longer than the tests.
        isolate: false,
        ...PATIENT,
      },
    },
    {
      test: {
        ...SHARED,
        name: 'engine',
        include: own(ENGINE),
        ...PATIENT,
      },
    },
    {
      test: {
        ...SHARED,
        name: 'browser',
        include: own(BROWSER),
        testTimeout: 120_000,
        // A page may take its time while other tests keep both cores busy.
        expect: { poll: { timeout: 20_000 } },
      },
    },
  ].filter(({ test }) => test.include.length > 0);
}

/** Of one workspace, so that `npx vitest run test/http/post.test.ts` in `server` runs that file alone. */
export const configOf = (workspace: Workspace) =>
  defineConfig({ test: { maxWorkers: MAX_WORKERS, projects: projects([workspace]) } });

const onServer: TestProjectConfiguration = {
  test: {
    ...SHARED,
    ...PATIENT,
    name: 'clickhouse',
    include: [ANALYSIS],
    env: { SEISMO_TEST_STORE: 'server' },
  },
};

export default defineConfig({ test: { maxWorkers: MAX_WORKERS, projects: [...projects(WORKSPACES), onServer] } });
