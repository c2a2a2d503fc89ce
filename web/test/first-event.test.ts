import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { aDashboard, type Reader } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const run = promisify(execFile);

const codeOf = async ({ page }: Reader, tab: string): Promise<string> => {
  await page.getByRole('tab', { name: tab }).click();
  return (await page.locator('[data-snippet]').textContent()) ?? '';
};

it('makes a key, shows a command that works as it stands, and comes alive when the event arrives', async () => {
  const reader = await dashboard.reader();
  const { page, open } = reader;
  await open('/apps/fresh/overview');
  await page.getByRole('heading', { name: 'Send your first event' }).waitFor();
  await page.getByText('Waiting for events').waitFor();
  expect(await codeOf(reader, 'curl')).toContain('YOUR_WRITE_KEY');
  await page.getByRole('button', { name: 'Create write key' }).click();
  await page.getByText(/^sk_/).waitFor();
  const command = await codeOf(reader, 'curl');
  expect(command).toContain(await page.getByText(/^sk_/).textContent());
  expect(await violations(page)).toEqual([]);
  await run('sh', ['-c', command]);
  await page.getByText(/hello seismo arrived at/).waitFor();
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
  const tag = await codeOf(reader, 'Script tag');
  await page.getByText('Waiting for events').waitFor();
  const visited = await context.newPage();
  await visited.route('**/visited', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><head>${tag}</head><p>Hello` }),
  );
  await visited.goto(`${dashboard.url}/visited`);
  await page.getByText(/page viewed arrived at/).waitFor();
  await page.getByText('"path": "/visited"').waitFor();
});

it('names the packages and addresses that the documents name', async () => {
  const reader = await dashboard.reader();
  await reader.open('/apps/others/overview');
  const node = await codeOf(reader, 'Node');
  expect(node).toContain(`from 'seismo-client'`);
  expect(node).toContain(`server: '${dashboard.url}'`);
  expect(await codeOf(reader, 'Express')).toContain(`from 'seismo-client/express'`);
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
