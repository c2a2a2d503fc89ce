/** docs/self-hosting/configure.md, docs/errors.md and the map in CONTRIBUTING.md are printed from the tables, the dashboard's examples from the documents; `npm run docs` writes them, this compares. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import architecture from '../../../architecture.json' with { type: 'json' };
import { systemdUnit } from '../../src/cli/systemd-unit.ts';
import { environmentName, flagName } from '../../src/config/config.ts';
import { SETTINGS, type Setting } from '../../src/config/settings.ts';
import { ERRORS, type ErrorEntry } from '../../src/model/errors.ts';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
const INSTALL = join(DOCS, 'self-hosting/install.md');
const CONTRIBUTING = join(DOCS, '../CONTRIBUTING.md');
const SRC = fileURLToPath(new URL('../../src', import.meta.url));

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function configuration(): string {
  const sections = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => {
    const absent = setting.default === undefined ? 'absent' : `\`${JSON.stringify(setting.default)}\``;
    return [
      `### \`${name}\``,
      '',
      setting.doc,
      '',
      `- Allowed: ${setting.allowed}.`,
      `- Default: ${setting.defaultText ?? absent}.`,
      `- Environment: \`${environmentName(name)}\`${name === 'port' ? ', or `PORT`' : ''}; flag: \`${flagName(name)}\`.`,
      ...(setting.secret ? ['- Secret: masked by `seismo config`.'] : []),
      '',
    ].join('\n');
  });
  return `<!-- Printed from server/src/config/settings.ts by \`npm run docs\`. Do not edit. -->
# Configure

You do not have to configure anything. If you do, settings come from three places. A later one wins:

1. a file: \`seismo.config.js\`, \`.mjs\` or \`.json\` in the working directory, or the one that \`--config\` names;
2. the environment: \`SEISMO_\` and the setting's name in capitals;
3. flags of the command, or the object passed to \`start\` and \`createSeismo\` in code.

\`\`\`js
// seismo.config.js
export default {
  port: 8080,
  timeZone: 'Europe/Zurich',
  users: { ann: '$2b$12$…' }, // created by \`seismo hash-password\`
};
\`\`\`

In the environment and in flags, objects are JSON (\`SEISMO_AUTH='{"users":["octocat"]}'\`), lists are separated by commas, and sizes may be written like \`"10 MiB"\`. Seismo reports everything that is wrong at once, with the setting's name, where it
is set and what is allowed. \`seismo config\` prints the settings in effect and where each value comes from, with secrets masked.

An app can have a time zone, a first day of the week and a retention of its own (\`PATCH /api/apps/:app\`). These win over the configuration.

## Settings

${sections.join('\n')}`;
}

const KINDS: Readonly<Record<ErrorEntry['kind'], string>> = {
  caller: 'the request',
  machine: 'the machine',
  bug: 'Seismo',
};

function errors(): string {
  const rows = Object.entries<ErrorEntry>(ERRORS).map(
    ([code, { status, kind, title, remedy, retryAfterSeconds }]) =>
      `| \`${code}\` | ${status} | ${KINDS[kind]} | ${cell(title)} | ${cell(remedy)} | ${retryAfterSeconds === undefined ? 'no' : `after ${retryAfterSeconds} s`} |`,
  );
  return `<!-- Printed from server/src/model/errors.ts by \`npm run docs\`. Do not edit. -->
# Errors

An error is \`application/problem+json\` (RFC 9457) with these members: \`type\`, \`title\`, \`status\`, \`detail\` (which field is wrong, and what would be right), \`code\`, \`instance\` (find it in the log by this), \`remedy\`, \`retry\`
(whether the same request may succeed later), and \`field\` if there is one. Batches list their rejected events as \`rejected: [{index, code, detail}]\` with the same codes. Codes are stable: rely on them and not on texts.

| Code | Status | At fault | Title | What to do | Retry |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function contributing(): string {
  const rows = [
    ...architecture.server.map((each) => ({ ...each, root: 'server/src/' })),
    ...architecture.web.map((each) => ({ ...each, root: 'web/src/' })),
    ...architecture.others.map((each) => ({ ...each, root: '' })),
  ].map(({ root, folder, holds, mayImport }) => {
    const imports = mayImport.map((name) => `\`${name}\``).join(', ');
    return `| \`${root}${folder}\` | ${holds} | ${imports} |`;
  });
  const map = `| Folder | What is in it | May import |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  const text = readFileSync(CONTRIBUTING, 'utf8');
  return text.replace(/(?<=<!-- The map:[^\n]*-->\n)[\s\S]*?(?=<!-- End of the map\. -->)/, () => `\n${map}\n`);
}

function installing(): string {
  const seismo = '/opt/seismo/node_modules/seismo/bin/seismo.js';
  const unit = systemdUnit({ command: ['/usr/bin/node', seismo, 'start'], user: 'seismo', dataDir: '/var/lib/seismo' });
  const block = `\n\`\`\`ini\n${unit}\`\`\`\n\n`;
  return readFileSync(INSTALL, 'utf8').replace(
    /(?<=<!-- The unit:[^\n]*-->\n)[\s\S]*?(?=<!-- End of the unit\. -->)/,
    () => block,
  );
}

it('docs/self-hosting/install.md shows the unit that `seismo install-service` writes', async () => {
  await expect(installing()).toMatchFileSnapshot(INSTALL);
});

it('docs/self-hosting/configure.md says what server/src/config/settings.ts says', async () => {
  await expect(configuration()).toMatchFileSnapshot(join(DOCS, 'self-hosting/configure.md'));
});

it('docs/errors.md says what server/src/model/errors.ts says', async () => {
  await expect(errors()).toMatchFileSnapshot(join(DOCS, 'errors.md'));
});

it('the map in CONTRIBUTING.md says what architecture.json says', async () => {
  await expect(contributing()).toMatchFileSnapshot(CONTRIBUTING);
});

/** The first example of a page in a language; the one that matches, where there are several. */
function exampleOf(page: string, language: string, matching = /./): string {
  const text = readFileSync(join(DOCS, 'send-events', `${page}.md`), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code!,
  );
  return blocks.find((code) => matching.test(code))!;
}

const PAGES = {
  js: ['node', 'express', 'fastify'],
  python: ['python', 'django', 'flask', 'fastapi', 'celery'],
  ruby: ['ruby', 'rack', 'rails', 'sidekiq'],
};

it('the dashboard shows the examples of docs/send-events', async () => {
  const examples = {
    curl: exampleOf('http', 'sh', /curl/),
    track: exampleOf('http', 'sh', /seismo track .*--server/),
    page: exampleOf('browser', 'html'),
    ...Object.fromEntries(
      Object.entries(PAGES).flatMap(([language, pages]) => pages.map((page) => [page, exampleOf(page, language)])),
    ),
    php: exampleOf('http', 'php'),
    go: exampleOf('http', 'go'),
  };
  const text = `${JSON.stringify(examples, undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(DOCS, '../web/src/components/examples.json'));
});

it('names no error code in the documents that is not in the table', () => {
  const pages = [
    ...readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).map((name) => join(DOCS, name)),
    join(DOCS, '..', 'README.md'),
  ];
  const families = new Set(Object.keys(ERRORS).map((code) => code.split('_')[0]));
  const named = pages
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/[`"]([A-Z]+(?:_[A-Z]+)+)[`"]/g)].map(([, code]) => code!),
    );
  expect(named.length).toBeGreaterThan(Object.keys(ERRORS).length);
  expect(named.filter((code) => families.has(code.split('_')[0]) && !(code in ERRORS))).toEqual([]);
});

it('has no error code that nothing answers', () => {
  const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'errors.ts')
    .map((name) => readFileSync(join(SRC, name), 'utf8'))
    .join('\n');
  expect(Object.keys(ERRORS).filter((code) => code !== 'BUG' && !sources.includes(`'${code}'`))).toEqual([]);
});
