import { afterAll, beforeAll, expect, it } from 'vitest';
import { aWorld, control, someEvents, type World } from './world.ts';

let world: World;
const app = 'explained';
beforeAll(async () => {
  world = await aWorld();
  await world.post(app, someEvents({ seed: 3, count: 500, from: Date.UTC(2026, 2, 1), days: 15 }));
}, 60_000);
afterAll(() => world.close());

const RANGE = { from: '2026-03-01', to: '2026-03-20' };
const A = { event: 'A' };
const QUESTIONS: readonly { readonly kind: string }[] = [
  { kind: 'trend', series: [A, { measure: 'users' }], interval: 'day', breakdown: ['data.plan'] },
  { kind: 'funnel', steps: [A, { event: 'B' }] },
  { kind: 'retention', start: A, interval: 'week' },
  { kind: 'stickiness' },
  { kind: 'lifecycle', interval: 'day' },
  { kind: 'paths', start: A },
  { kind: 'sessions', list: 3 },
  { kind: 'users', search: 'u' },
  { kind: 'timeline', user: 'u1' },
  { kind: 'performance', property: 'data.plan', by: 'event' },
  { kind: 'sql', sql: 'SELECT event, count() AS n FROM events GROUP BY event' },
].map((question) => ({ ...RANGE, ...question }));

it.each(QUESTIONS)('shows the statements of $kind, which the engine takes as they are shown', async (question) => {
  const { kind, from, statements } = await world.analysis.explain(app, question, control);
  expect([kind, from]).toEqual([question.kind, '2026-03-01T00:00:00.000Z']);
  expect(statements.length).toBeGreaterThan(0);
  for (const { sql, parameters } of statements) {
    // Laid out: a line each for what is asked and of what.
    expect(sql).toMatch(/^(SELECT|WITH)\n?[\s\S]*\nFROM/);
    const named = new Set([...sql.matchAll(/\{(\w+):/g)].map(([, name]) => name!));
    expect([...named].filter((name) => !(name in parameters))).toEqual([]);
    expect(await world.connection.query(sql, parameters)).toBeInstanceOf(Array);
  }
});

it('shows what answers: running it gives the numbers of the answer', async () => {
  const question = {
    kind: 'sql',
    ...RANGE,
    sql: 'SELECT event, count() AS n FROM events GROUP BY event ORDER BY event',
  };
  const { result } = await world.ask<{ rows: unknown[][] }>(app, question);
  const { statements } = await world.analysis.explain(app, question, control);
  const { sql, parameters } = statements.at(-1)!;
  const rows = await world.connection.query<{ event: string; n: string }>(sql, parameters);
  expect(rows.map(({ event, n }) => [event, Number(n)])).toEqual(result.rows);
  expect(rows.length).toBeGreaterThan(3);
});

it('keeps what a caller sent apart from the text', async () => {
  const hostile = "it's'; DROP TABLE events -- {p1:String}";
  const filters = [{ field: 'data.plan', value: hostile }];
  const { statements } = await world.analysis.explain(app, { kind: 'trend', ...RANGE, series: [{}], filters }, control);
  expect(statements.map(({ sql }) => sql).join('\n')).not.toContain('DROP');
  expect(statements.flatMap(({ parameters }) => Object.values(parameters))).toContain(hostile);
});

it('refuses what asking refuses', async () => {
  const wrong = { kind: 'trend', ...RANGE, series: [{ measure: 'mean' }] };
  await expect(world.analysis.explain(app, wrong, control)).rejects.toMatchObject({ code: 'QUESTION_INVALID' });
});
