/** The three sets of tests and the files in each. `npm test` runs all of them, `npm run test:unit` those that take seconds. */

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const WORKSPACES = ['server', 'client', 'web'] as const;
type Workspace = (typeof WORKSPACES)[number];

/** These start the engine, a server or the command line. A file in neither list is a unit test and starts none of them. */
export const ENGINE = [
  'server/test/analysis/!(anchored-paths|answer-cache|answer-size|timeline-pages).test.ts',
  'server/test/app/!(enforce-retention|zone-moves|lock).test.ts',
  'server/test/cli/{commands,data-directory,import-cases,import-real,track}.test.ts',
  'server/test/config/machine-memory.test.ts',
  'server/test/contract/*.test.ts',
  'server/test/docs/{analyze,api-reference,commands,concepts,programs}.test.ts',
  'server/test/examples/*.test.ts',
  'server/test/faults/*.test.ts',
  'server/test/live/live.test.ts',
  'server/test/mongo/*.test.ts',
  'server/test/openapi/*.test.ts',
  'server/test/package.test.ts',
  'server/test/store/!(inserts|question-queue|rollup-plan).test.ts',
  'client/test/{contract,faults,first-client,package,wire}.test.ts',
];
/** These start a Chromium. */
export const BROWSER = [
  'client/test/browser/*.test.ts',
  'client/test/docs.test.ts',
  'web/test/{charts-and-layout,dashboards,early,events,explore,explore-kinds,estimates,first-event,layout-shift,links-by-hand,live,new-app,overview,popovers}.test.ts',
  'web/test/{reports,running-periods,selects,server-away,settings,share,shell,sign-in,sql,times,users,web}.test.ts',
  'web/test/charts/harness.test.ts',
];

/**
 * The engine's tests of the analysis once more, on a ClickHouse server. It is the same engine and is sent the same SQL: what differs is how questions,
 * parameters and answers travel, its limits, and that others may write to it. These files ask every kind of question, in every type of parameter and
 * answer, up to its limits. `npm run test:faults` runs all of them.
 */
const ON_SERVER =
  process.env['FAULTS'] === 'long'
    ? ENGINE[0]!
    : 'server/test/analysis/{edges,event-sequences,exact-users,explain,flights,objects,patterns,sizes,sql,sql-bounds,sums,traits}.test.ts';

/** Tests wait much: a worker a core leaves a quarter of two cores idle. An engine or a browser is half a gigabyte each. */
const MAX_WORKERS = Math.min(8, availableParallelism() + 1);
const SHARED = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  pool: 'forks',
  hookTimeout: 60_000,
  // Modules are loaded once a worker, and so is what they keep, a Chromium, say: loading them took longer than many a file's tests.
  isolate: false,
  setupFiles: 'server/test/support/setup.ts',
} as const;
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
    include: [ON_SERVER],
    env: { SEISMO_TEST_STORE: 'server' },
  },
};

export default defineConfig({ test: { maxWorkers: MAX_WORKERS, projects: [...projects(WORKSPACES), onServer] } });
