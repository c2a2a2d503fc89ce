/** Links that were written by hand or by an older version: what the form cannot show is said, and nothing crashes. */
import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
await dashboard.post('shop', [{ event: 'bought', user: 'ann', data: { plan: 'pro', price: 5 } }]);

const link = (q: unknown) => `/apps/shop/explore?q=${encodeURIComponent(JSON.stringify(q))}`;
const STEPS = [{ event: 'bought' }, { event: 'bought' }];

it.each([
  ['a list where a funnel takes one field', { kind: 'funnel', last: '7d', steps: STEPS, breakdown: ['data.plan'] }],
  ['an object where an event is a name', { kind: 'stickiness', last: '7d', event: { event: 'bought' } }],
  ['a text where filters are a list', { kind: 'trend', last: '7d', series: [{ filters: 'plan' }] }],
  ['no series', { kind: 'trend', last: '7d' }],
  ['a kind that there is not', { kind: 'magic', last: '7d' }],
])('%s: the server says what is wrong', async (_, q) => {
  const { page, open } = await dashboard.reader();
  await open(link(q));
  await page.getByRole('alert').getByText("Can't run this query").waitFor();
  expect(await page.getByText('Something went wrong').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Start a new report' }).click();
  await page.getByRole('combobox', { name: 'Event of series A' }).waitFor();
});

it('shows nested filters, which the form can only remove', async () => {
  const { page, open } = await dashboard.reader();
  const plan = { field: 'data.plan', value: 'pro' };
  const price = { field: 'data.price', operator: 'gte', value: 3 };
  await open(
    link({
      kind: 'performance',
      last: '7d',
      property: 'data.price',
      by: 'data.plan',
      filters: [{ or: [{ and: [plan, price] }, { field: 'event', value: 'sold' }] }],
      condition: { and: [price, { and: [plan] }] },
    }),
  );
  await page.getByText('(plan is pro and price at least 3)').waitFor();
  await page.getByRole('button', { name: 'Remove plan is pro', exact: true }).waitFor();
  await page.getByRole('cell', { name: 'pro', exact: true }).first().waitFor();
});

it('leaves out filters of the events page that are none', async () => {
  const { page, open } = await dashboard.reader();
  await open(`/apps/shop/events?filters=${encodeURIComponent(JSON.stringify([{ value: 'pro' }]))}`);
  await page.getByRole('button', { name: 'bought' }).waitFor();
});
