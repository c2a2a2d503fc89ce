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
  await page.getByRole('alert').getByText('Wrong username or password').waitFor();
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

it('goes on to an address of this dashboard and nowhere else', async () => {
  const { page, context, open } = await dashboard.visitor();
  const { host } = new URL(dashboard.url);
  for (const to of [
    'http://evil.example/phish',
    'https://evil.example/',
    'HTTPS:evil.example',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    ' http://evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    `http://${host}@evil.example/`,
  ]) {
    await context.clearCookies();
    await open(`/sign-in?to=${encodeURIComponent(to)}`);
    await page.getByLabel('User').fill(dashboard.admin.username);
    await page.getByRole('textbox', { name: 'Password' }).fill(dashboard.admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Apps' }).waitFor();
    expect(new URL(page.url())).toMatchObject({ host, pathname: '/apps' });
  }
});

it('lists where you are signed in, and ends one session or all others', async () => {
  const signIn = (agent: string) =>
    fetch(`${dashboard.url}/auth`, {
      method: 'POST',
      headers: { 'user-agent': agent },
      body: JSON.stringify(dashboard.admin),
    }).then(async (answer) => ((await answer.json()) as { token: string }).token);
  const phone = await signIn(
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1 Version/26.0 Safari/604.1',
  );
  const laptop = await signIn('Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0');
  const script = await signIn('curl/8.5.0');
  const { page, open } = await dashboard.visitor();
  await open('/sign-in');
  await page.getByLabel('User').fill(dashboard.admin.username);
  await page.getByRole('textbox', { name: 'Password' }).fill(dashboard.admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sessions' }).click();
  await page.getByText('This session').waitFor();
  await page.getByText('Firefox on Linux').waitFor();
  await page.getByText('curl').waitFor();
  expect(await violations(page)).toEqual([]);
  const isSignedIn = (token: string) =>
    dashboard.api('GET', '/auth', undefined, token).then(
      () => true,
      () => false,
    );
  await page.getByRole('button', { name: 'End the session in Safari on iOS from 127.0.0.1' }).click();
  await page.getByText('Safari on iOS').waitFor({ state: 'detached' });
  expect([await isSignedIn(phone), await isSignedIn(laptop)]).toEqual([false, true]);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByText('Firefox on Linux').waitFor({ state: 'detached' });
  expect([await isSignedIn(laptop), await isSignedIn(script)]).toEqual([false, false]);
  await page.reload();
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
});
