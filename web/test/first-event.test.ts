import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { aDashboard, type Reader } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const run = promisify(execFile);

const DOCS = fileURLToPath(new URL('../../docs/send-events', import.meta.url));

/** @param name of the framework, where the language has several */
const codeOf = async ({ page }: Reader, tab: string, name?: string): Promise<string> => {
  await page.getByRole('tab', { name: tab, exact: true }).click();
  // The radio button itself is hidden; people click its label.
  if (name !== undefined) await page.locator('label').getByText(name, { exact: true }).click();
  return (await page.locator('[data-snippet=code]').textContent()) ?? '';
};

/** Every snippet that the page shows: its names, the command that installs it, its code. */
async function everySnippet(reader: Reader): Promise<{ name: string; install: string | undefined; code: string }[]> {
  const { page } = reader;
  const found = [];
  for (const tab of await page.getByRole('tab').allTextContents()) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    const names = await page
      .getByRole('radio')
      .evaluateAll((radios) => radios.map((radio) => (radio as HTMLInputElement).labels?.[0]?.textContent ?? ''));
    for (const name of names.length > 0 ? names : [undefined]) {
      const code = await codeOf(reader, tab, name);
      const install = page.locator('[data-snippet=install]');
      found.push({ name: name ?? tab, code, install: (await install.allTextContents())[0] });
    }
  }
  return found;
}

/** The documentation's example, with this server's address, app and key written into it. */
function documented(page: string, language: string, matching: string, [server, app, key]: readonly string[]): string {
  const text = readFileSync(join(DOCS, `${page}.md`), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code!,
  );
  return blocks
    .find((block) => block.includes(matching))!
    .trimEnd()
    .replaceAll('https://seismo.example.com', server!)
    .replaceAll('http://127.0.0.1:3005', server!)
    .replaceAll('"shop"', `"${app}"`)
    .replaceAll("'shop'", `'${app}'`)
    .replaceAll('/api/events/shop', `/api/events/${app}`)
    .replaceAll('--app ops', `--app ${app}`)
    .replaceAll('process.env.SEISMO_KEY', `'${key}'`)
    .replaceAll("getenv('SEISMO_KEY')", `'${key}'`)
    .replaceAll('os.environ["SEISMO_KEY"]', `"${key}"`)
    .replaceAll('os.Getenv("SEISMO_KEY")', `"${key}"`)
    .replaceAll('ENV["SEISMO_KEY"]', `"${key}"`)
    .replaceAll('$TOKEN', key!)
    .replaceAll('sk_…', key!)
    .replace('import os\n\n', '')
    .replace('import os, ', 'import ')
    .replace('\t"os"\n', '');
}

/** The name in the dashboard, the page, its language, and what its example contains. */
const SHOWN = [
  ['curl', 'http', 'sh', 'curl'],
  ['seismo track', 'http', 'sh', 'seismo track deploy'],
  ['Web page', 'browser', 'html', '<script'],
  ['Node', 'node', 'js', 'createClient'],
  ['Express', 'express', 'js', 'seismoExpress'],
  ['Fastify', 'fastify', 'js', 'seismoFastify'],
  ['Python', 'python', 'python', 'seismo.Client'],
  ['Django', 'django', 'python', 'seismo.django'],
  ['Flask', 'flask', 'python', 'seismo.flask'],
  ['FastAPI', 'fastapi', 'python', 'seismo.asgi'],
  ['Celery', 'celery', 'python', 'seismo.celery'],
  ['Ruby', 'ruby', 'ruby', 'Seismo::Client'],
  ['Rack', 'rack', 'ruby', 'Seismo::Rack'],
  ['Rails', 'rails', 'ruby', 'config.seismo'],
  ['Sidekiq', 'sidekiq', 'ruby', 'Seismo::Sidekiq'],
  ['PHP', 'http', 'php', 'file_get_contents'],
  ['Go', 'http', 'go', 'http.NewRequest'],
] as const;

it('makes a key, shows a command that works as it stands, and comes alive when the event arrives', async () => {
  const reader = await dashboard.reader();
  const { page, open } = reader;
  await open('/apps/fresh/overview');
  await page.getByRole('heading', { name: 'Send your first event' }).waitFor();
  await page.getByText('Waiting for events').waitFor();
  expect(await codeOf(reader, 'Terminal')).toContain('YOUR_WRITE_KEY');
  await page.getByRole('button', { name: 'Create write key' }).click();
  await page.getByText(/^sk_/).waitFor();
  const command = await codeOf(reader, 'Terminal');
  expect(command).toContain(await page.getByText(/^sk_/).textContent());
  expect(await violations(page)).toEqual([]);
  await run('sh', ['-c', command]);
  await page.getByText(/order paid arrived at/).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Open Overview' }).click();
  await expect.poll(() => page.locator('[data-tile="Events"]').textContent()).toBe('1');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const [key] = await dashboard.api<{ app: string; scope: string }[]>('GET', '/api/keys');
  expect(key).toMatchObject({ app: 'fresh', scope: 'write' });
});

it('shows a script tag that sends page views from a page', async () => {
  const reader = await dashboard.reader();
  const { page, context, open } = reader;
  await open('/apps/pages/overview');
  await page.getByRole('button', { name: 'Create write key' }).click();
  await page.getByText(/^sk_/).waitFor();
  const tag = await codeOf(reader, 'Web page');
  await page.getByText('Waiting for events').waitFor();
  const visited = await context.newPage();
  await visited.route('**/visited', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><head>${tag}</head><p>Hello` }),
  );
  await visited.goto(`${dashboard.url}/visited`);
  await page.getByText(/page viewed arrived at/).waitFor();
  await page.getByText('"path": "/visited"').waitFor();
});

it('shows the example of the documentation for every client, with the address, the app and the key filled in', async () => {
  const reader = await dashboard.reader();
  const { page, open } = reader;
  await open('/apps/others/overview');
  await page.getByRole('button', { name: 'Create write key' }).click();
  const key = (await page.getByText(/^sk_/).textContent())!;
  const shown = await everySnippet(reader);
  expect(shown.map(({ name }) => name)).toEqual(SHOWN.map(([name]) => name));
  for (const [name, docsPage, language, matching] of SHOWN) {
    const { code } = shown.find((each) => each.name === name)!;
    expect([name, code]).toEqual([name, documented(docsPage, language, matching, [dashboard.url, 'others', key])]);
    for (const own of [dashboard.url, 'others', key])
      expect([name, code]).toEqual([name, expect.stringContaining(own)]);
    expect([name, code]).toEqual([
      name,
      expect.not.stringMatching(/seismo\.example|127\.0\.0\.1:3005|\bshop\b|SEISMO_KEY|TOKEN\b/),
    ]);
  }
  expect(Object.fromEntries(shown.map(({ name, install }) => [name, install]))).toMatchObject({
    curl: undefined,
    Node: 'npm install seismo-client',
    Python: 'pip install seismo-client',
    Ruby: 'gem install seismo-client',
    Rails: 'bundle add seismo-client',
  });
});

it('shows the same snippets once for a new write key in the settings', async () => {
  const reader = await dashboard.reader();
  const { page, open } = reader;
  await dashboard.post('keyed', [{ event: 'visit' }]);
  await open('/apps/keyed/settings?section=keys');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('button', { name: 'Create key' }).click();
  const key = (await page.getByRole('status').getByText(/^sk_/).first().textContent())!;
  expect(await codeOf(reader, 'Python', 'FastAPI')).toBe(
    documented('fastapi', 'python', 'seismo.asgi', [dashboard.url, 'keyed', key]),
  );
  expect(await violations(page)).toEqual([]);
});

it('offers a viewer no key, and says whom to ask', async () => {
  await dashboard.api('POST', '/api/users', { name: 'vera', password: 'a long enough one', role: 'viewer' });
  const answer = await fetch(`${dashboard.url}/auth`, {
    method: 'POST',
    body: JSON.stringify({ username: 'vera', password: 'a long enough one' }),
  });
  const { token } = (await answer.json()) as { token: string };
  const { page, open } = await dashboard.reader({ token });
  await open('/apps/none/overview');
  await page.getByText(/Ask an admin for a write key for none/).waitFor();
  expect(await page.getByRole('button', { name: 'Create write key' }).count()).toBe(0);
});
