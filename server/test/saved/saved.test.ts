import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRoom, refusalOf, TREND } from './room.ts';

let room: ReturnType<typeof aRoom>;
beforeEach(() => {
  room = aRoom({ timeZone: 'Europe/Zurich' });
});
afterEach(async () => {
  await room.close();
});

const report = (more: object = {}) => ({ name: 'Sales', question: TREND, ...more });
const tile = (more: object = {}) => ({ x: 0, y: 0, w: 6, h: 4, ...more });

describe('what is saved', () => {
  it('is listed by name, read, changed, deleted, and is the same after a reopen', async () => {
    const first = await room.saved.reports.create('shop', report({ chart: 'bar', description: 'All' }), 'ann');
    const second = await room.saved.reports.create('shop', report({ name: 'Arrivals' }), 'ann');
    await room.saved.reports.create('blog', report({ name: 'Elsewhere' }), 'ann');
    expect(first).toEqual({
      ...{ id: first.id, version: 1, createdAt: room.clock.now, updatedAt: room.clock.now },
      ...{ createdBy: 'ann', updatedBy: 'ann', name: 'Sales', question: TREND, chart: 'bar', description: 'All' },
    });
    room.clock.now += 1000;
    const changed = await room.saved.reports.change('shop', first.id, { name: 'Zebra', chart: null }, 1, 'bob');
    const { chart: _, ...left } = first;
    expect(changed).toEqual({ ...left, name: 'Zebra', version: 2, updatedAt: room.clock.now, updatedBy: 'bob' });
    await room.reopen();
    expect(room.saved.reports.list('shop')).toEqual([second, changed]);
    await room.saved.reports.remove('shop', second.id, undefined);
    await room.reopen();
    expect(room.saved.reports.list('shop')).toEqual([changed]);
    expect((await refusalOf(() => room.saved.reports.get('shop', second.id))).code).toBe('SAVED_UNKNOWN');
    expect((await refusalOf(() => room.saved.reports.get('blog', first.id))).code).toBe('SAVED_UNKNOWN');
  });

  it('is changed by one of many who read the same version, and the others are told', async () => {
    const { id } = await room.saved.reports.create('shop', report(), 'ann');
    const tries = Array.from({ length: 20 }, (_, i) =>
      room.saved.reports.change('shop', id, { name: `by ${i}` }, 1, 'ann').then(
        ({ name }) => name,
        (error: { code: string; extra: object }) => [error.code, error.extra],
      ),
    );
    const outcomes = await Promise.all(tries);
    expect(outcomes.filter((each) => typeof each === 'string')).toEqual([room.saved.reports.get('shop', id).name]);
    expect(outcomes.filter((each) => typeof each !== 'string')).toEqual(
      Array(19).fill(['VERSION_STALE', { version: 2 }]),
    );
    expect(await refusalOf(() => room.saved.reports.remove('shop', id, 1))).toMatchObject({ code: 'VERSION_STALE' });
    await room.saved.reports.remove('shop', id, 2);
  });

  it('is bounded in number and in bytes, by app and kind', async () => {
    const { segments } = room.saved;
    const segment = { did: { event: 'paid' } };
    for (let i = 0; i < 200; i++) await segments.create('shop', { name: `s${i}`, segment }, 'ann');
    expect((await refusalOf(() => segments.create('shop', { name: 'more', segment }, 'ann'))).code).toBe(
      'SAVED_TOO_MANY',
    );
    await segments.create('blog', { name: 'elsewhere', segment }, 'ann');
    const value = Array.from({ length: 1_000 }, () => 'x'.repeat(250));
    const long = (name: string) =>
      report({ name, question: { ...TREND, filters: [{ field: 'user', operator: 'in', value }] } });
    const longer = Array(2).fill({ field: 'user', operator: 'in', value });
    expect(
      (
        await refusalOf(() =>
          room.saved.reports.create('shop', report({ question: { ...TREND, filters: longer } }), 'a'),
        )
      ).code,
    ).toBe('BODY_TOO_LARGE');
    // 8 MiB over 253,000 bytes and a little: 33 times.
    for (let i = 0; i < 33; i++) await room.saved.reports.create('shop', long(`l${i}`), 'ann');
    expect((await refusalOf(() => room.saved.reports.create('shop', long('l33'), 'ann'))).code).toBe('SAVED_TOO_MANY');
  });

  it.each([
    [{}, 'REQUEST_INVALID', 'name'],
    [report({ name: '' }), 'REQUEST_INVALID', 'name'],
    [report({ name: 'x'.repeat(257) }), 'REQUEST_INVALID', 'name'],
    [report({ chart: 'cake' }), 'REQUEST_INVALID', 'chart'],
    [report({ colour: 'red' }), 'REQUEST_INVALID', 'colour'],
    [{ name: 'a' }, 'QUESTION_INVALID', 'question'],
    [report({ question: { kind: 'trends' } }), 'QUESTION_INVALID', 'question.kind'],
    [
      report({ question: { ...TREND, series: [{ measure: 'mean' }] } }),
      'QUESTION_INVALID',
      'question.series[0].measure',
    ],
    [
      report({ question: { ...TREND, series: [{ measure: 'p95' }] } }),
      'QUESTION_INVALID',
      'question.series[0].property',
    ],
    [report({ question: { ...TREND, timeZone: 'Mars/Base' } }), 'QUESTION_INVALID', 'question.timeZone'],
    [report({ question: { ...TREND, formula: 'A +' } }), 'QUESTION_INVALID', 'question.formula'],
    [report({ question: { ...TREND, segment: { saved: 'abc' } } }), 'QUESTION_INVALID', 'question.segment.saved'],
    [report({ question: { ...TREND, last: '99y', interval: 'minute' } }), 'QUESTION_INVALID', 'question.last'],
    [report({ question: { kind: 'sql', last: '7d', sql: 'DROP TABLE events' } }), 'QUESTION_INVALID', 'question.sql'],
  ])('%j is no report: %s at %s', async (body, code, field) => {
    expect(await refusalOf(() => room.saved.reports.create('shop', body, 'ann'))).toMatchObject({ code, field });
    expect(room.saved.reports.list('shop')).toEqual([]);
  });
});

describe('a dashboard', () => {
  it('has tiles of saved reports and of questions', async () => {
    const { id } = await room.saved.reports.create('shop', report(), 'ann');
    const tiles = [tile({ report: id, chart: 'bar' }), tile({ x: 6, name: 'Inline', question: TREND })];
    const made = await room.saved.dashboards.create('shop', { name: 'Front', tiles }, 'ann');
    expect(room.saved.dashboards.get('shop', made.id)).toMatchObject({ name: 'Front', tiles });
    expect(await refusalOf(() => room.saved.reports.remove('shop', id, undefined))).toMatchObject({
      code: 'SAVED_IN_USE',
      extra: { usedBy: [{ kind: 'dashboard', id: made.id, name: 'Front' }] },
    });
    await room.saved.dashboards.change('shop', made.id, { tiles: [] }, 1, 'ann');
    await room.saved.reports.remove('shop', id, undefined);
  });

  it.each([
    [tile(), 'REQUEST_INVALID', 'tiles[1].report'],
    [tile({ report: '0123456789ab' }), 'REQUEST_INVALID', 'tiles[1].report'],
    [tile({ report: '0123456789ab', question: TREND }), 'REQUEST_INVALID', 'tiles[1].report'],
    [tile({ question: TREND, x: 7 }), 'REQUEST_INVALID', 'tiles[1].w'],
    [tile({ question: TREND, x: 12 }), 'REQUEST_INVALID', 'tiles[1].x'],
    [tile({ question: TREND, h: 0 }), 'REQUEST_INVALID', 'tiles[1].h'],
    [tile({ question: { ...TREND, last: 7 } }), 'QUESTION_INVALID', 'tiles[1].question.last'],
    [tile({ question: { ...TREND, formula: 'B' } }), 'QUESTION_INVALID', 'tiles[1].question.formula'],
  ])('refuses the tile %j: %s at %s', async (wrong, code, field) => {
    const body = { name: 'Front', tiles: [tile({ question: TREND }), wrong] };
    expect(await refusalOf(() => room.saved.dashboards.create('shop', body, 'ann'))).toMatchObject({ code, field });
  });
});

describe('a saved segment', () => {
  const segment = { and: [{ did: { event: 'paid' }, atLeast: 2 }, { not: { firstSeen: { from: '2026-03-01' } } }] };

  it('is asked as if it stood in the question', async () => {
    const { id } = await room.saved.segments.create('shop', { name: 'Loyal', segment }, 'ann');
    const options = { isFresh: true, control: { maxSeconds: 1, maxBytes: 1, maxRows: 1 } };
    await room.analysis.ask('shop', { ...TREND, segment }, options);
    await room.analysis.ask('shop', { ...TREND, segment: { saved: id } }, options);
    await room.analysis.ask('shop', { ...TREND, segment: { not: { or: [{ saved: id }] } } }, options);
    const [inline, saved, inside] = room.asked as { segment: object }[];
    expect(saved).toEqual(inline);
    expect(inside!.segment).toEqual({ not: { or: [inline!.segment] } });
    expect(
      await refusalOf(() => room.analysis.ask('blog', { ...TREND, segment: { saved: id } }, options)),
    ).toMatchObject({ code: 'QUESTION_INVALID', field: 'segment.saved' });
  });

  it('is not deleted while a report or a dashboard names it, and that is said', async () => {
    const { id } = await room.saved.segments.create('shop', { name: 'Loyal', segment }, 'ann');
    const question = { ...TREND, segment: { or: [{ not: { saved: id } }] } };
    const used = await room.saved.reports.create('shop', report({ question }), 'ann');
    const board = await room.saved.dashboards.create('shop', { name: 'Front', tiles: [tile({ question })] }, 'ann');
    expect(await refusalOf(() => room.saved.segments.remove('shop', id, undefined))).toMatchObject({
      code: 'SAVED_IN_USE',
      detail: 'The segment is used by the report "Sales" and 1 more.',
      extra: {
        usedBy: [
          { kind: 'report', id: used.id, name: 'Sales' },
          { kind: 'dashboard', id: board.id, name: 'Front' },
        ],
      },
    });
    await room.saved.dashboards.remove('shop', board.id, undefined);
    await room.saved.reports.change('shop', used.id, { question: TREND }, 1, 'ann');
    await room.saved.segments.remove('shop', id, undefined);
  });

  it.each([
    [{ did: { event: 5 } }, 'segment.did.event'],
    [{ or: [] }, 'segment.or'],
    [{ firstSeen: { from: 'soon' } }, 'segment.firstSeen.from'],
    [{ did: {}, atLeast: 3, atMost: 2 }, 'segment.atMost'],
    [{ did: { filters: [{ field: 'plan' }] } }, 'segment.did.filters[0].field'],
    [{ and: [{ not: { saved: 'x' } }] }, 'segment.and[0].not.saved'],
  ])('%j is none: %s', async (wrong, field) => {
    expect(
      await refusalOf(() => room.saved.segments.create('shop', { name: 'Loyal', segment: wrong }, 'ann')),
    ).toMatchObject({ code: 'QUESTION_INVALID', field });
  });
});

describe('an annotation', () => {
  it('is a day or a time, and is listed by range in the zone of the app', async () => {
    const note = async (date: string | number) =>
      (await room.saved.annotations.create('shop', { date, text: `of ${date}` }, 'ann')).date;
    // Zurich is an hour ahead of UTC in March until the 29th, then two.
    expect(await note('2026-03-20')).toBe('2026-03-20');
    expect(await note('yesterday')).toBe('2026-03-19');
    expect(await note('2026-03-20T08:00')).toBe('2026-03-20T07:00:00.000Z');
    expect(await note('2026-03-30T01:30:00+05:45')).toBe('2026-03-29T19:45:00.000Z');
    expect(await note(Date.UTC(2026, 2, 21))).toBe('2026-03-21T00:00:00.000Z');
    const found = (from?: string, to?: string) =>
      room.saved.annotations.between('shop', from, to).map(({ date, at }) => [date, new Date(at).toISOString()]);
    const day = ['2026-03-20', '2026-03-19T23:00:00.000Z'];
    const morning = ['2026-03-20T07:00:00.000Z', '2026-03-20T07:00:00.000Z'];
    const night = ['2026-03-21T00:00:00.000Z', '2026-03-21T00:00:00.000Z'];
    const last = ['2026-03-29T19:45:00.000Z', '2026-03-29T19:45:00.000Z'];
    expect(found()).toEqual([['2026-03-19', '2026-03-18T23:00:00.000Z'], day, morning, night, last]);
    expect(found('today', 'today')).toEqual([day, morning]);
    expect(found('2026-03-20', '2026-03-20T08:00')).toEqual([day]);
    expect(found('2026-03-21')).toEqual([night, last]);
    expect(await refusalOf(() => found('soon'))).toMatchObject({ code: 'PARAMETER_INVALID', field: 'from' });
  });

  it.each([
    [{ date: '2026-02-30', text: 'a' }, 'date'],
    [{ date: 'soon', text: 'a' }, 'date'],
    [{ date: '2100-01-02', text: 'a' }, 'date'],
    [{ date: 1e15, text: 'a' }, 'date'],
    [{ date: '2026-01-01', text: '' }, 'text'],
    [{ date: '2026-01-01', text: 'x'.repeat(2_001) }, 'text'],
    [{ text: 'a' }, 'date'],
  ])('%j is none: %s', async (body, field) => {
    expect(await refusalOf(() => room.saved.annotations.create('shop', body, 'ann'))).toMatchObject({
      code: 'REQUEST_INVALID',
      field,
    });
  });
});
