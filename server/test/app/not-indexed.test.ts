import { afterAll, beforeAll, expect, it } from 'vitest';
import { aRealServer, type RealServer } from './real-server.ts';

let server: RealServer;
beforeAll(async () => {
  server = await aRealServer({ args: ['--property-names-max', '2'] });
  await ask('POST', '/api/events/shop', { event: 'a', data: { p: 1, q: 2 } });
  expect(await ask('POST', '/api/events/shop', { event: 'a', data: { s: 1 } })).toMatchObject({ notIndexed: ['s'] });
}, 60_000);
afterAll(async () => {
  await server?.remove();
});

async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const { url, headers } = server;
  const answer = await fetch(`${url}${path}`, {
    ...{ method, headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Record<string, unknown>;
}
const query = (question: object) => ask('POST', '/api/query/shop', { last: '1d', ...question });
const note = { code: 'PROPERTY_NOT_INDEXED', field: 'data.s' };
const notes = [expect.objectContaining({ ...note, detail: expect.stringContaining('propertyNamesMax') })];

it.each([
  ['a filter', { kind: 'trend', series: [{}], filters: [{ field: 'data.s', value: 1 }] }],
  ['a breakdown', { kind: 'trend', series: [{}], breakdown: ['data.s'] }],
  ['a measure', { kind: 'trend', series: [{ measure: 'sum', property: 'data.s' }] }],
  ['SQL', { kind: 'sql', sql: 'SELECT count() FROM events WHERE data.s = 1' }],
])('a question with a property that is not indexed in %s says so', async (_, question) => {
  expect(await query(question)).toMatchObject({ kind: question.kind, notes });
});

it('so do reports, groups and values', async () => {
  expect(await ask('GET', '/api/reports/day/shop?data.s=1')).toMatchObject({ total: 0, notes });
  expect(await ask('GET', '/api/groups/shop?attr=s')).toMatchObject({ groups: [], notes });
  expect(await ask('GET', '/api/apps/shop/values?field=data.s')).toMatchObject({ values: [], notes });
});

it('says nothing of a property that is indexed, nor of one that no event has while there is room for names', async () => {
  const trend = { kind: 'trend', series: [{}], filters: [{ field: 'data.p', operator: 'exists' }] };
  expect(await query(trend)).not.toHaveProperty('notes');
  expect(await ask('GET', '/api/reports/day/shop?data.p=1')).not.toHaveProperty('notes');
  expect(await ask('GET', '/api/reports/day/other?data.s=1')).not.toHaveProperty('notes');
});

it('refuses to list or erase events by it: that it is missing would be true of every event', async () => {
  expect(await ask('GET', '/api/events/shop?data.s=1')).toMatchObject(note);
  expect(await ask('DELETE', '/api/events/shop?data.s[exists]=false')).toMatchObject(note);
  expect(await ask('GET', '/api/reports/day/shop')).toMatchObject({ total: 2 });
});
