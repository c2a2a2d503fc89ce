import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
/** 3 events of ann, 2 of bob. */
await dashboard.post(
  'shop',
  ['ann', 'ann', 'bob', 'ann', 'bob'].map((user) => ({ event: 'seen', user })),
);

it('changes the settings of an app, and names what the server would use', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/settings?section=app');
  await page.getByRole('textbox', { name: 'Name' }).fill('The shop');
  expect(await page.getByRole('combobox', { name: 'Time zone' }).inputValue()).toBe('Server default (UTC)');
  expect(await page.getByRole('combobox', { name: 'Week starts on' }).inputValue()).toBe('Server default (Sunday)');
  await page.getByText('Empty = server default (forever).').waitFor();
  await page.getByLabel('Data retention (days)').fill('90');
  await page.getByText(/No event is older than 90 days now/).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  expect(await dashboard.api('GET', '/api/apps/shop')).toMatchObject({ name: 'The shop', retentionDays: 90 });
});

it('says how many events a shorter retention deletes, and asks for the name of the app', async () => {
  const days = (n: number) => Date.now() - n * 86_400_000;
  await dashboard.post('old', [
    ...[1, 2, 3].map((n) => ({ event: 'seen', timestamp: days(n) })),
    ...[20, 25].map((n) => ({ event: 'seen', timestamp: days(n) })),
  ]);
  const { page, open } = await dashboard.reader();
  await open('/apps/old/settings?section=app');
  await page.getByLabel('Data retention (days)').fill('10');
  await page.getByText('2 of 5 events will be deleted permanently').waitFor();
  const save = page.getByRole('button', { name: 'Save and delete' });
  expect(await save.isDisabled()).toBe(true);
  // Enter in a field does not get around it.
  await page.getByRole('textbox', { name: 'Name' }).press('Enter');
  expect(await dashboard.api('GET', '/api/apps/old')).not.toHaveProperty('retentionDays');
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Type old to confirm').fill('old');
  await save.click();
  await page.getByText('Saved.').waitFor();
  expect(await dashboard.api('GET', '/api/apps/old')).toMatchObject({ retentionDays: 10 });
  // Longer again deletes nothing, and asks nothing.
  await page.getByLabel('Data retention (days)').fill('50');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => dashboard.api('GET', '/api/apps/old')).toMatchObject({ retentionDays: 50 });
});

it('shows what is wrong with a field at the field, in words of the form', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/settings?section=users');
  const name = page.getByRole('textbox', { name: 'Name' });
  const password = page.getByRole('textbox', { name: 'Password' });
  const add = page.getByRole('button', { name: 'Add', exact: true });
  await name.fill('no spaces here');
  await password.fill('an unlikely long one 7');
  await add.click();
  await page
    .getByText('Must be 1 to 64 letters, digits, dots, underscores, hyphens or “@”, starting with a letter or digit.')
    .waitFor();
  expect(await name.getAttribute('aria-invalid')).toBe('true');
  expect(await password.getAttribute('aria-invalid')).toBe('false');
  await name.fill('wim');
  await password.fill('short');
  await add.click();
  await page.getByText('Must be a string of at least 12 characters and at most 72 bytes.').waitFor();
  expect(await password.getAttribute('aria-invalid')).toBe('true');
  expect(await page.getByText('USER_INVALID').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await password.fill('password1234');
  await add.click();
  await page.getByText(/^Too easy to guess\./).waitFor();
  await name.fill(dashboard.admin.username);
  await password.fill('an unlikely long one 7');
  await add.click();
  await page.getByText('This name is taken.').waitFor();
});

it('makes a key that works, shows it once, and revokes it', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/settings?section=keys');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('button', { name: 'Create key' }).click();
  const key = (await page.getByText(/^sk_/).textContent()) ?? '';
  expect(await violations(page)).toEqual([]);
  await page.getByRole('cell', { name: 'never' }).waitFor();
  await dashboard.api('POST', '/api/events/shop', [{ event: 'by key', user: 'cas' }], key);
  await page.reload();
  await page.getByRole('cell', { name: /^(now|\d+ seconds? ago)$/ }).waitFor();
  await page.getByRole('button', { name: /^Revoke / }).click();
  expect(await page.getByText(key).count()).toBe(0);
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText('No keys yet').waitFor();
  await expect(dashboard.api('POST', '/api/events/shop', [{ event: 'late' }], key)).rejects.toThrow('401');
});

it('makes a trusted key for a server, whose events may be old', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/settings?section=keys');
  const create = async (isTrusted: boolean): Promise<string> => {
    await page.getByRole('button', { name: 'New key' }).click();
    if (isTrusted) {
      await page.getByRole('checkbox', { name: 'Trusted' }).check();
      await page.getByText('Only for keys that are not trusted.').waitFor();
      expect(await violations(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    return (await page.getByText(/^sk_/).textContent()) ?? '';
  };
  // The app keeps 90 days (above); of a key that is not trusted 30 are taken.
  const old = [{ event: 'long ago', timestamp: Date.now() - 60 * 86_400_000 }];
  await expect(dashboard.api('POST', '/api/events/shop', old, await create(false))).rejects.toThrow(
    'EVENT_TOO_OLD_FOR_KEY',
  );
  const trusted = await create(true);
  expect(await dashboard.api('POST', '/api/events/shop', old, trusted)).toMatchObject({ accepted: 1 });
  await page.getByRole('cell', { name: /^write, trusted/ }).waitFor();
  for (const { id } of await dashboard.api<{ id: string }[]>('GET', '/api/keys'))
    await dashboard.api('DELETE', `/api/keys/${id}`);
});

it('adds a user and removes them, which ends their session', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/settings?section=users');
  await page.getByRole('textbox', { name: 'Name' }).fill('vera');
  await page.getByRole('textbox', { name: 'Password' }).fill('a long enough one');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Remove vera' }).waitFor();
  expect(await violations(page)).toEqual([]);
  const { token } = await dashboard.api<{ token: string }>('POST', '/auth', {
    username: 'vera',
    password: 'a long enough one',
  });
  const vera = await dashboard.reader({ token });
  await vera.open('/apps/shop/settings?section=keys');
  await vera.page.getByText('You have view-only access').waitFor();
  expect(await vera.page.getByRole('tab').allInnerTexts()).toEqual(['Segments', 'Annotations']);
  await page.getByRole('button', { name: 'Change vera' }).click();
  await page.getByRole('dialog').getByText('Admin', { exact: true }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /vera admin/ }).waitFor();
  await vera.page.reload();
  await vera.page.getByRole('tab', { name: 'Keys' }).waitFor();
  // They change the password that was told to them, and stay where they are.
  await vera.page.getByRole('button', { name: 'Signed in as vera: menu' }).click();
  await vera.page.getByRole('menuitem', { name: 'Change password' }).click();
  await vera.page.getByLabel('Current password').fill('not the right one');
  await vera.page.getByLabel('New password').fill('known to vera alone');
  await vera.page.getByRole('button', { name: 'Change', exact: true }).click();
  await vera.page.getByText('Wrong password.').waitFor();
  expect(await violations(vera.page)).toEqual([]);
  await vera.page.getByLabel('Current password').fill('a long enough one');
  await vera.page.getByRole('button', { name: 'Change', exact: true }).click();
  await vera.page.getByText('Password changed.').waitFor();
  await vera.page.getByRole('button', { name: 'Close' }).last().click();
  await vera.page.reload();
  await vera.page.getByRole('tab', { name: 'Keys' }).waitFor();
  await expect(dashboard.api('GET', '/auth', undefined, token)).rejects.toThrow('401');
  await page.getByRole('button', { name: 'Remove vera' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('button', { name: 'Remove vera' }).waitFor({ state: 'detached' });
  await expect(dashboard.api('POST', '/auth', { username: 'vera', password: 'known to vera alone' })).rejects.toThrow(
    '401',
  );
});

it('builds a segment of a form', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/settings?section=segments');
  await page.getByRole('button', { name: 'New segment' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Often');
  await page.getByLabel('At least … times').fill('3');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'did any event at least 3 times in the last 30 days' }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await dashboard.api('GET', '/api/apps/shop/segments')).toMatchObject([
    { name: 'Often', segment: { did: {}, atLeast: 3, last: '30d' } },
  ]);
});

it('shows what the server uses, at 360 px too', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 360, height: 740 } });
  await open('/apps/shop/settings?section=server');
  await page.getByRole('heading', { name: 'Events by app' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await violations(page)).toEqual([]);
});

it('erases the events of one user and of nobody else, after the name was typed again', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/settings?section=erase&user=ann');
  await page.getByText('3 events will be deleted').waitFor();
  const erase = page.getByRole('button', { name: 'Erase 3 events' });
  expect(await erase.isDisabled()).toBe(true);
  await page.getByLabel('Type ann to confirm').fill('ann');
  await erase.click();
  await page.getByText('3 events were erased').waitFor();
  await page.getByText('will be deleted').waitFor({ state: 'detached' });
  expect(await violations(page)).toEqual([]);
  await page.reload();
  await page.getByText('3 events were erased').waitFor();
  const left = await dashboard.api<{ user?: string }[] | { events: { user?: string }[] }>(
    'GET',
    '/api/events/shop?event=seen',
  );
  expect((Array.isArray(left) ? left : left.events).map(({ user }) => user)).toEqual(['bob', 'bob']);
});

it('shows how far an erasure is, also after a reload, until it is done', async () => {
  const { page, open } = await dashboard.reader();
  const running = {
    ...{ id: 'e1', app: 'shop', status: 'running', createdAt: new Date().toISOString(), query: 'user=bob' },
    ...{ matching: 1200, partitions: 3, progress: { partsDone: 30, partsTotal: 40 } },
  };
  const waiting = { id: 'e2', app: 'shop', status: 'waiting', createdAt: running.createdAt, query: 'user=cas' };
  let answer: object[] = [waiting, running];
  await page.route('**/api/apps/shop/erasures', (route) => route.fulfill({ json: answer }));
  await open('/apps/shop/settings?section=erase');
  for (let round = 0; round < 2; round++) {
    await page.getByText('Erasing 1,200 events').waitFor();
    const bar = page.getByRole('progressbar', { name: 'Progress of the erasure user=bob' });
    expect(await bar.getAttribute('aria-valuenow')).toBe('75');
    await page.getByText('30 of 40 parts of the store are rewritten.').waitFor();
    await page.getByText('Another erasure of this app runs first.').waitFor();
    expect(await violations(page)).toEqual([]);
    if (round === 0) await page.reload();
  }
  const { query: _, progress: __, ...ended } = running;
  answer = [
    { ...waiting, status: 'failed', error: { code: 'PARAMETER_INVALID', detail: 'Too many.', remedy: 'Erase less.' } },
    { ...ended, status: 'done', erased: 1200, finishedAt: running.createdAt },
  ];
  await page.getByText('1,200 events were erased').waitFor();
  await page.getByText('Failed: Too many. Erase less.').waitFor();
  expect(await page.getByRole('progressbar').count()).toBe(0);
});

it('cancels an erasure, and says what it had erased', async () => {
  const { page, open } = await dashboard.reader();
  const running = { id: 'e1', app: 'shop', status: 'running', createdAt: new Date().toISOString(), query: 'user=bob' };
  let answer: object = { ...running, matching: 1200 };
  await page.route('**/api/apps/shop/erasures', (route) => route.fulfill({ json: [answer] }));
  const asked: string[] = [];
  await page.route('**/api/apps/shop/erasures/e1', (route) => {
    asked.push(route.request().method());
    answer = { ...running, query: undefined, status: 'cancelled', erased: 7, finishedAt: running.createdAt };
    return route.fulfill({ json: answer });
  });
  await open('/apps/shop/settings?section=erase');
  await page.getByText('Events that are erased already cannot be restored.').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Cancel erasure' }).click();
  await page.getByText('Cancelled after 7 events were erased').waitFor();
  expect(asked).toEqual(['DELETE']);
  expect(await page.getByRole('button', { name: 'Cancel erasure' }).count()).toBe(0);
});
