import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();

it('asks who is there, says when the password is wrong, and goes on to the page that was asked for', async () => {
  const { page, open } = await dashboard.visitor();
  await open('/apps/shop/events');
  await page.getByRole('heading', { name: 'Sign in to Seismo' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await page.getByLabel('User').fill(dashboard.admin.username);
  await page.getByRole('textbox', { name: 'Password' }).fill('not this one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('Name or password is wrong').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('textbox', { name: 'Password' }).fill(dashboard.admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Events' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/apps/shop/events');
});

it('keeps nothing secret where scripts can read it', async () => {
  const { page, context, open } = await dashboard.visitor();
  await open('/sign-in');
  await page.getByLabel('User').fill(dashboard.admin.username);
  await page.getByRole('textbox', { name: 'Password' }).fill(dashboard.admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
  const cookie = (await context.cookies()).find(({ name }) => name === 'token');
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  expect(kept).not.toContain(cookie?.value);
  expect(kept).not.toContain(dashboard.admin.password);
});

it('signs out, after which the same page asks again', async () => {
  const { page, open } = await dashboard.visitor();
  await open('/sign-in?to=%2Fapps%2Fshop%2Fevents');
  await page.getByLabel('User').fill(dashboard.admin.username);
  await page.getByRole('textbox', { name: 'Password' }).fill(dashboard.admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Events' }).waitFor();
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Seismo' }).waitFor();
  await open('/apps/shop/events');
  await page.getByRole('heading', { name: 'Sign in to Seismo' }).waitFor();
});
