/** Date ranges and filters: by mouse, by keys, and by typing. */
import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
await dashboard.post('shop', [{ event: 'bought', user: 'ann', data: { plan: 'pro' } }]);
await dashboard.api('PATCH', '/api/apps/shop', { timeZone: 'UTC' });
const DAY_MS = 86_400_000;
const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);

it.each(['light', 'dark'] as const)(
  'takes days that are typed, none of the future, and shows them again (%s)',
  async (colorScheme) => {
    const { page, open } = await dashboard.reader({ colorScheme });
    await open('/apps/shop/events');
    const button = page.getByRole('button', { name: /^Date range/ });
    await button.click();
    const [first, last] = [page.getByLabel('First day'), page.getByLabel('Last day')];
    await first.waitFor();
    // The default is 30 days: today and the 29 before.
    expect([await first.inputValue(), await last.inputValue()]).toEqual([day(29), day(0)]);
    expect(await violations(page)).toEqual([]);
    await last.fill(day(-1));
    expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
    await first.fill(day(3));
    await last.fill(day(1));
    await last.press('Enter');
    await page.waitForURL(new RegExp(`from=${day(3)}&to=${day(1)}`));
    await button.click();
    await first.waitFor();
    expect([await first.inputValue(), await last.inputValue()]).toEqual([day(3), day(1)]);
    expect(await page.locator('[data-selected]').count()).toBeGreaterThan(0);
  },
);

it('starts a filter in its field, and goes on to the value', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/events');
  await page.getByRole('button', { name: 'bought' }).waitFor();
  await page.getByRole('button', { name: /^Add filter/ }).press('Enter');
  // The form is loaded with the first filter: what is typed at once goes into it.
  await expect
    .poll(() =>
      page.evaluate(
        () => document.activeElement?.closest('[role=dialog]')?.querySelector('input') === document.activeElement,
      ),
    )
    .toBe(true);
  await page.keyboard.type('plan');
  await page.getByRole('option', { name: 'plan' }).waitFor();
  await page.keyboard.press('Enter');
  const value = page.getByRole('textbox', { name: 'Value' }).or(page.getByRole('combobox', { name: 'Value' }));
  await value.waitFor();
  await expect.poll(() => value.evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.type('pro');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'plan is pro', exact: true }).waitFor();
});
