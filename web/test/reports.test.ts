/** The library of saved reports, and what Explore says of the one that is open. */
import { expect, it } from 'vitest';
import type { SavedDashboard, SavedReport } from '../../client/src/wire.ts';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
await dashboard.post('shop', [
  { event: 'signed up', user: 'ann', data: { plan: 'pro' } },
  { event: 'signed up', user: 'bob', data: { plan: 'free' } },
]);
const reports = (app = 'shop') => dashboard.api<SavedReport[]>('GET', `/api/apps/${app}/reports`);
const named = async (app = 'shop') => (await reports(app)).map(({ name }) => name).sort();

it('saves a report under a proposed name, says when it is edited, and saves it again', async () => {
  const { page, open } = await dashboard.reader();
  const q = { kind: 'trend', last: '30d', interval: 'day', series: [{ event: 'signed up' }], breakdown: ['data.plan'] };
  await open(`/apps/shop/explore?q=${encodeURIComponent(JSON.stringify(q))}`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  expect(await page.getByLabel('Name').inputValue()).toBe('Signed up by plan');
  await page.getByRole('combobox', { name: 'Add to dashboard' }).click();
  await page.getByRole('option', { name: 'New dashboard…' }).click();
  await page.getByLabel('Name of the dashboard').fill('Growth');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'Signed up by plan', level: 1 }).waitFor();
  expect(await page.getByRole('button', { name: 'Saved' }).isDisabled()).toBe(true);
  const [board] = await dashboard.api<SavedDashboard[]>('GET', '/api/apps/shop/dashboards');
  const [report] = await reports();
  expect(board).toMatchObject({ name: 'Growth', tiles: [{ report: report!.id }] });

  // From lines to bars.
  await page.keyboard.press('c');
  await page.getByText('Edited').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Edited').waitFor({ state: 'detached' });
  expect(await reports()).toMatchObject([{ name: 'Signed up by plan', chart: 'bar' }]);

  await page.getByRole('button', { name: 'More ways to save' }).click();
  await page.getByRole('menuitem', { name: 'Save as…' }).click();
  await page.getByLabel('Name').fill('Another');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'Another', level: 1 }).waitFor();
  expect(await named()).toEqual(['Another', 'Signed up by plan']);
});

it('lists reports, the one opened last first, and searches, renames, duplicates, shares and deletes them', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_280, height: 800 } });
  await dashboard.post('lib', [{ event: 'signed up', user: 'ann' }]);
  const question = { kind: 'funnel', last: '30d', steps: [{ event: 'signed up' }, { event: 'signed up' }] };
  await dashboard.api('POST', '/api/apps/lib/reports', { name: 'Alpha', question });
  await dashboard.api('POST', '/api/apps/lib/reports', { name: 'Beta', question: { kind: 'sessions', last: '7d' } });
  await open('/apps/lib/reports');
  const rows = page.getByRole('table', { name: 'Reports' }).getByRole('row');
  const names = async () => (await rows.getByRole('link').allInnerTexts()).map((text) => text.trim());
  await rows.getByRole('link', { name: 'Beta' }).waitFor();
  expect(await names()).toEqual(['Alpha', 'Beta']);
  await page.getByRole('row', { name: /^Alpha Funnel \w+ –/ }).waitFor();
  expect(await violations(page)).toEqual([]);
  await rows.getByRole('link', { name: 'Beta' }).click();
  await page.getByRole('heading', { name: 'Beta', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Saved' }).waitFor();
  await page.getByRole('link', { name: 'Reports', exact: true }).last().click();
  await expect.poll(names).toEqual(['Beta', 'Alpha']);

  await page.getByLabel('Search reports').fill('funn');
  await expect.poll(names).toEqual(['Alpha']);
  const act = async (name: string, action: string) => {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: action }).click();
  };
  await act('Alpha', 'Duplicate');
  await rows.getByRole('link', { name: 'Alpha (copy)' }).waitFor();
  await act('Alpha (copy)', 'Rename');
  await page.getByRole('textbox', { name: 'Name' }).fill('Gamma');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await rows.getByRole('link', { name: 'Gamma' }).waitFor();
  await act('Gamma', 'Share');
  await page.getByRole('button', { name: 'Create link' }).click();
  await page.getByText(/\/share\/sh_/).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await act('Gamma', 'Delete');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await rows.getByRole('link', { name: 'Gamma' }).waitFor({ state: 'detached' });
  expect(await named('lib')).toEqual(['Alpha', 'Beta']);
});

it('fits a narrow screen, and offers a viewer no changes', async () => {
  await dashboard.api('POST', '/api/users', { name: 'vera', password: 'a long enough one', role: 'viewer' });
  const { token } = await dashboard.api<{ token: string }>('POST', '/auth', {
    username: 'vera',
    password: 'a long enough one',
  });
  await dashboard.api('POST', '/api/apps/narrow/reports', { name: 'Beta', question: { kind: 'sessions', last: '7d' } });
  const { page, open } = await dashboard.reader({ token, viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await open('/apps/narrow/reports');
  await page.getByRole('link', { name: 'Beta' }).waitFor();
  expect(await page.getByRole('button', { name: /^Actions for/ }).count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
});
