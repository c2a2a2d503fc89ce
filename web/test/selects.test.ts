/** Selects that search, clicked and typed into in every order. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';

const dashboard = await aDashboard();

beforeAll(() =>
  dashboard.post('shop', [
    { event: 'signed up', user: 'ann', data: { country: 'CH', plan: 'pro' } },
    { event: 'signed up late', user: 'bob', data: { country: 'JP', plan: 'free' } },
    { event: 'page viewed', user: 'ann', data: { country: 'CH', plan: 'pro' } },
  ]),
);

const field = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });

it('replaces the text when it is clicked, wherever, and takes the first match on Enter', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  const event = field(page, 'Event of series A');
  await expect.poll(() => event.inputValue()).toBe('All events');
  // In the middle of the text, then at its end.
  for (const x of [40, 150]) {
    await event.click({ position: { x, y: 10 } });
    await page.keyboard.type('sig');
    expect(await event.inputValue()).toBe('sig');
    await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual(['signed up', 'signed up late']);
    await page.keyboard.press('Enter');
    await expect.poll(() => event.inputValue()).toBe('signed up');
    await page.getByRole('option').first().waitFor({ state: 'detached' });
  }
  expect(decodeURIComponent(page.url().replaceAll('+', ' '))).toContain('"signed up"');
  // Still in the field: what is typed next begins a new search.
  await page.keyboard.type('page');
  await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual(['page viewed']);
  await page.keyboard.press('Enter');
  await expect.poll(() => event.inputValue()).toBe('page viewed');
  // Typing all of the text that is selected already changes nothing, although all options are listed.
  await event.click();
  await page.keyboard.type('page viewed');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect.poll(() => event.inputValue()).toBe('page viewed');
  // And choosing it again by a part of it puts the whole name back.
  await event.click();
  await page.keyboard.type('vie');
  await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual(['page viewed']);
  await page.keyboard.press('Enter');
  await expect.poll(() => event.inputValue()).toBe('page viewed');
  expect(decodeURIComponent(page.url().replaceAll('+', ' '))).toContain('"page viewed"');
});

it('takes the first match of the fields of a filter', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await page.getByRole('button', { name: 'Add filter: entire query' }).click();
  await field(page, 'Field').click();
  await page.keyboard.type('coun');
  await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual(['country', 'Visit: Country']);
  await page.keyboard.press('Enter');
  await expect.poll(() => field(page, 'Field').inputValue()).toBe('country');
  await field(page, 'Condition').waitFor();
});

it('offers the fields of visits, with the values that visits have had', async () => {
  const view = {
    event: 'page viewed',
    device: 'ann',
    session: 'a',
    data: { path: '/', referrer: 'https://www.google.com/' },
  };
  await dashboard.post('site', [view]);
  const { page, open } = await dashboard.reader();
  await open('/apps/site/explore');
  await page.getByRole('button', { name: 'Add filter: entire query' }).click();
  await field(page, 'Field').click();
  await page.keyboard.type('visit: sour');
  await page.keyboard.press('Enter');
  // The value has the focus. Its list would cover the condition, and waits until it is asked for.
  await expect.poll(() => field(page, 'Value').evaluate((input) => input === document.activeElement)).toBe(true);
  expect(await page.getByRole('option').count()).toBe(0);
  await page.keyboard.press('ArrowDown');
  await page.getByRole('option', { name: 'Google' }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'session.source is Google', exact: true }).waitFor();
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toContain('"session.source"');
});

it('is cleared where it may be empty', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await field(page, 'Breakdown').click();
  await page.keyboard.type('plan');
  await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual(['plan']);
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: 'pro' }).waitFor();
  await field(page, 'Breakdown').locator('xpath=..').locator('button').click();
  await page.getByRole('columnheader', { name: 'pro' }).waitFor({ state: 'detached' });
  expect(await field(page, 'Breakdown').inputValue()).toBe('');
});

it('offers the time zone of the browser first, and finds every other by its city', async () => {
  const { page, open } = await dashboard.reader({ timezoneId: 'Asia/Tokyo' });
  await open('/apps/shop/explore');
  await page.getByRole('button', { name: /^Date range/ }).click();
  const zone = field(page, 'Time zone');
  await zone.click();
  const first = async () => (await page.getByRole('option').allInnerTexts()).slice(0, 3);
  await expect.poll(first).toEqual(['App time zone (UTC)', 'Asia/Tokyo (this browser)', 'UTC']);
  // All of them are listed, down to the last of the alphabet.
  expect(await page.getByRole('option', { name: 'Pacific/Wallis' }).count()).toBe(1);
  await page.keyboard.type('new york');
  await expect.poll(first).toEqual(['America/New_York']);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Date range: Last 30 days, America/New_York' }).waitFor();
  await zone.click();
  await page.keyboard.type('zurich');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Date range: Last 30 days, Europe/Zurich' }).waitFor();

  await open('/apps/shop/settings');
  await zone.click();
  await expect.poll(first).toEqual(['Server default (UTC)', 'Asia/Tokyo (this browser)', 'UTC']);
  await page.keyboard.type('london');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  const saved = await dashboard.api<{ timeZone: string }>('GET', '/api/apps/shop');
  expect(saved.timeZone).toBe('Europe/London');
});

it('finds the app, and takes the first match', async () => {
  await dashboard.post('school', [{ event: 'lesson' }]);
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  const app = field(page, 'App');
  await app.click();
  await page.keyboard.type('sch');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/apps\/school\/explore/);
  await expect.poll(() => app.inputValue()).toBe('school');
});
