/**
 * Every `sh` example of the documentation. Requests are sent to a server. Commands of Seismo are run for their help, which must know the
 * options used; scripts of npm and files of tests must exist; what changes the machine (systemd, users, backups) is checked for its syntax.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { seismo } from '../cli/seismo.ts';
import { aDocsServer, DOCS, type DocsServer } from './a-docs-server.ts';

const ROOT = join(DOCS, '..');
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'client/README.md', 'contract/README.md', 'examples/flights/README.md'],
  ...readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

interface Block {
  readonly page: string;
  readonly text: string;
  /** One a line, without the backslashes of long ones. */
  readonly commands: readonly string[];
}

const BLOCKS: readonly Block[] = PAGES.flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = '']) => ({
    page,
    text,
    commands: text
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .filter((line) => line.trim() !== ''),
  })),
);

const isRequest = ({ text }: Block): boolean => /\bcurl\b/.test(text);
const others = BLOCKS.filter((block) => !isRequest(block)).flatMap(({ page, commands }) =>
  commands.map((command) => [page, command] as const),
);
const starting = (pattern: RegExp) => others.filter(([, command]) => pattern.test(command));

const SEISMO = /^(?:sudo (?:-u \w+ )?|npx )?(?:\/opt\/seismo\/node_modules\/\.bin\/)?seismo\b/;
const NPM = /^npm /;
const VITEST = /^npx vitest /;
/** Commands that change the machine they run on. */
const MACHINE = /^(?:systemctl|useradd|mkdir|docker|kubectl|apt-get|cat|export|pip|gem) /;

let server: DocsServer;
beforeAll(async () => {
  server = await aDocsServer();
});

it('are all of a kind that is checked below', () => {
  const kinds = [SEISMO, NPM, VITEST, MACHINE];
  expect(others.filter(([, command]) => !kinds.some((kind) => kind.test(command)))).toEqual([]);
  expect(BLOCKS.length).toBeGreaterThan(25);
});

describe('requests', () => {
  it.each(BLOCKS.filter(isRequest).map((block) => [block.page, block.text] as const))(
    '%s: are answered with success: %s',
    async (_, text) => {
      const script = text
        .replaceAll('http://127.0.0.1:3005', server.url)
        // A stream has no end: it is followed for a moment.
        .replaceAll('curl -N', 'curl -N --max-time 2')
        .replaceAll(/\bcurl /g, "curl --fail-with-body -sS -w '%{http_code}\\n' ");
      const env = { ...process.env, TOKEN: server.token, PASSWORD: server.password };
      const ran = await promisify(execFile)('bash', ['-eu', '-c', script], { env }).catch(
        (error: { code: number; stdout: string; stderr: string }) => error,
      );
      // 28: the time for a stream is up.
      if ('code' in ran)
        expect([ran.code, ran.stderr, text]).toEqual([28, expect.anything(), expect.stringContaining('-N')]);
      expect(ran.stdout).toMatch(/(?:^|\})\s*20[01]$/m);
    },
  );
});

/** `seismo key create --app shop` → `key create`; options without a command are those of `start`. */
function commandOf(words: readonly string[]): string {
  const end = words.findIndex((word) => word.startsWith('-'));
  const named = (end === -1 ? words : words.slice(0, end)).slice(
    0,
    ['user', 'key', 'erasure'].includes(words[0]!) ? 2 : 1,
  );
  return named.join(' ') || 'start';
}
const commandLines = starting(SEISMO).map(([page, line]) => {
  const words = line.replace(SEISMO, '').trim().split(/\s+/).filter(Boolean);
  return { page, command: commandOf(words), flags: words.filter((word) => word.startsWith('--')) };
});

it.each([...new Set(commandLines.map(({ command }) => command))])(
  'seismo %s knows the options it is shown with',
  async (command) => {
    const { code, stdout } = await seismo([...command.split(' '), '--help']);
    expect([code, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining(`Usage: seismo ${command} `)]);
    const known = [...stdout.matchAll(/^ +(--[a-z-]+)/gm)].map(([, flag]) => flag!);
    const shown = commandLines.filter((each) => each.command === command);
    expect(
      shown.flatMap(({ page, flags }) => flags.filter((flag) => !known.includes(flag)).map((flag) => [page, flag])),
    ).toEqual([]);
  },
);

it.each(starting(NPM))('%s: npm knows %s', (_, line) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [, verb = '', ...rest] = line.split(/\s+/);
  const names = rest.filter((word, index) => !word.startsWith('-') && rest[index - 1] !== '--prefix');
  if (verb === 'install') {
    expect(names.filter((name) => !/^(?:seismo|seismo-client)(?:@latest)?$/.test(name))).toEqual([]);
    return;
  }
  expect(Object.keys(scripts)).toContain(verb === 'run' ? names[0] : verb);
});

it.each(starting(VITEST))('%s: the test exists: %s', (_, line) => {
  const [, root, path] = /--root (\S+) (\S+)/.exec(line)!;
  expect(existsSync(join(ROOT, root!, path!))).toBe(true);
});

it.each(starting(MACHINE))('%s: the shell understands %s', async (_, line) => {
  await expect(promisify(execFile)('bash', ['-n', '-c', line])).resolves.toMatchObject({ stderr: '' });
});
