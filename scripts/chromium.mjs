// Finds a Chromium for the tests that need a real browser, and on Debian installs one. Used by `npm test` and by the tests themselves.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];
/** Where installers put it without adding it to the PATH. */
const PLACES = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];
const EXPLANATION = `The tests in a browser need a Chromium, and none was found.
  Debian:      apt-get install chromium
  Fedora:      dnf install chromium
  macOS:       brew install --cask chromium
  elsewhere:   any Chromium or Chrome; CHROMIUM_PATH names its program`;

/**
 * Flags for headless Chromium that keep it from contacting Google or storing anything.
 * Only root has to run without the sandbox, which cannot be set up for root in a container.
 */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/**
 * @returns {string | undefined} path of the program
 * @throws when CHROMIUM_PATH does not name a program
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isAbsolute(named) && existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, which is not the absolute path of a program.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...PLACES].find((path) => existsSync(path));
}

/**
 * For tests: the program and its flags, as `playwright-core` takes them.
 * @throws Error that says what to install
 */
export function chromiumOptions() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(EXPLANATION);
  return { executablePath, args: CHROMIUM_FLAGS };
}

/** A browser that looks like a person's and not like one driven by a program: page views of bots are rejected. */
const PERSON = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

/**
 * For tests that send page views. Set for the whole browser: what is set for a page is no longer sent once the page is left.
 * @param {{ userAgent?: string, isDriven?: boolean }} [kind] as in `navigator.userAgent` and `navigator.webdriver`
 */
export function personOptions({ userAgent = PERSON, isDriven = false } = {}) {
  const { args, ...others } = chromiumOptions();
  const own = isDriven ? [] : ['--disable-blink-features=AutomationControlled'];
  return { ...others, args: [...args, `--user-agent=${userAgent}`, ...own] };
}

/** Before the tests: as root on Debian, installs what is missing; elsewhere says what to do, and the tests that need it fail. */
export function ensureChromium() {
  if (findChromium()) return;
  if (process.getuid?.() !== 0 || !isDebian()) {
    console.error(EXPLANATION);
    return;
  }
  console.log(
    'Installing Chromium for the tests in a browser (apt-get install chromium fonts-liberation, once, some minutes) …',
  );
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', ['-q', ...args], { stdio: 'inherit', env }).status === 0;
  // Without a font no text is drawn, and there is no paint to measure.
  const install = () => apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
  // The package lists may be there already; if not, or if they are too old, they are updated first.
  if (!install() && !(apt('update') && install())) console.error(EXPLANATION);
}

function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
