// Finds FerretDB, a server that speaks MongoDB's protocol, for the tests of everything about MongoDB; and builds it from its Go module,
// once. Used by `npm test`. Where it cannot be built, the tests that need it are skipped, and `npm test` lists them.
import { spawnSync } from 'node:child_process';
import { constants, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The last version that needs no PostgreSQL: it keeps its data in SQLite files. */
const VERSION = 'v1.24.0';
const MODULE = 'github.com/FerretDB/FerretDB';
/** What its go.mod asks for. */
const GO_MINOR_MIN = 22;
/** Two cores take about three minutes. */
const BUILD_MAX_MS = 10 * 60_000;
const DOWNLOAD_MAX_MS = 3 * 60_000;

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'seismo');
const program = join(cache, `ferretdb-${VERSION}`);

/**
 * @returns {string | undefined} path of the program
 * @throws when FERRETDB_PATH does not name a program
 */
export function findFerretdb() {
  const named = process.env.FERRETDB_PATH;
  if (named) {
    if (isAbsolute(named) && existsSync(named)) return named;
    throw new Error(`FERRETDB_PATH is ${named}, which is not the absolute path of a program.`);
  }
  return existsSync(program) ? program : undefined;
}

/** Before the tests: builds it if it is missing. Says why when it can't, and the tests that need it are skipped. */
export function ensureFerretdb() {
  if (findFerretdb()) return;
  const reason = process.platform === 'win32' ? 'it is not built on Windows' : build();
  if (reason !== undefined) console.log(`The tests with MongoDB are skipped: ${reason}.`);
}

/** @returns {string | undefined} why it could not be built */
function build() {
  const minor = Number(/^go1\.(\d+)/.exec(go(['env', 'GOVERSION'], {}).stdout ?? '')?.[1]);
  // Older ones than 1.21 cannot fetch a newer toolchain either.
  if (!(minor >= GO_MINOR_MIN)) return `FerretDB needs Go 1.${GO_MINOR_MIN} or newer to be built`;
  console.log(`Building FerretDB ${VERSION} for the tests with MongoDB (once, some minutes) …`);
  mkdirSync(cache, { recursive: true });
  // In a folder of its own: a build that is stopped half-way leaves no program behind that looks whole.
  const folder = mkdtempSync(join(cache, 'ferretdb-build-'));
  try {
    const { status, stdout } = go(['mod', 'download', '-json', `${MODULE}@${VERSION}`], { timeout: DOWNLOAD_MAX_MS });
    if (status !== 0) return 'the module of FerretDB could not be downloaded';
    const source = join(folder, 'source');
    cpSync(JSON.parse(stdout).Dir, source, { recursive: true, mode: constants.COPYFILE_FICLONE });
    spawnSync('chmod', ['-R', 'u+w', source]);
    // `go install` builds a program that ends at once: the module lacks this file, which its release script writes.
    writeFileSync(join(source, 'build/version/version.txt'), VERSION);
    const built = go(['build', '-trimpath', '-buildvcs=false', '-o', join(folder, 'ferretdb'), './cmd/ferretdb'], {
      cwd: source,
      stdio: 'inherit',
      timeout: BUILD_MAX_MS,
    });
    if (built.status !== 0) return `FerretDB could not be built${built.error ? ` (${built.error.message})` : ''}`;
    renameSync(join(folder, 'ferretdb'), program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its SQLite is translated to Go, so no C compiler is needed. */
const go = (args, options) =>
  spawnSync('go', args, { encoding: 'utf8', env: { ...process.env, CGO_ENABLED: '0' }, ...options });
