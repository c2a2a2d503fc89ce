/** What is drawn of answers, without a browser. Expectations are read off test/charts/cases.ts by hand. */
import { describe, expect, it } from 'vitest';
import type { Annotation, Kind } from '../../src/api/wire.ts';
import { chartSpecOf } from '../../src/charts/chart-specs.ts';
import type { ChartInput, ChartSpec } from '../../src/charts/draw/chart-spec.ts';
import { BODY, LIGHT, REST } from '../../src/charts/draw/colours.ts';
import { lifecyclePlot, stickinessPlot } from '../../src/charts/kinds/activity.ts';
import { flowsOf } from '../../src/charts/kinds/paths.ts';
import { performancePlot } from '../../src/charts/kinds/performance.ts';
import { averagePlot, retentionTables } from '../../src/charts/kinds/retention.ts';
import { sqlPlot } from '../../src/charts/kinds/sql.ts';
import { seriesIndexesOf, seriesUnits, trendPlot } from '../../src/charts/kinds/trend.ts';
import { webPlot, webTables } from '../../src/charts/kinds/web.ts';
import { chartOf } from '../../src/charts/types.ts';
import * as cases from './cases.ts';

const colours = {
  isDark: false,
  text: '#000000',
  dimmed: '#5c636a',
  body: BODY.light,
  line: '#e6e9ec',
  series: LIGHT,
  rest: REST.light,
};
const LATER = Date.parse('2026-12-01T00:00:00.000Z');

function drawing<K extends Kind>(
  question: ChartInput<K>['question'],
  answer: ChartInput<K>['answer'],
  more: Partial<ChartInput<K>> = {},
): ChartInput<K> {
  const base = { annotations: [], colours, width: 800, height: 320, now: LATER, hidden: new Set<number>(), group: 0 };
  return { ...base, chart: chartOf(answer.kind, undefined), question, answer, ...more };
}

describe('trend', () => {
  it('has a place a bucket, and what was before beside it', () => {
    const plot = trendPlot(drawing(cases.trendQuestion, cases.trend));
    expect(plot.places.map(({ label }) => label)).toHaveLength(3);
    expect(plot.series.map(({ values }) => values)).toEqual([[5, 9, 2]]);
    expect(plot.series[0]?.before?.values).toEqual([4, 4, 4]);
    expect(plot.running).toBeUndefined();
  });

  it('knows what is not over yet, and leaves out what has not begun', () => {
    const now = Date.parse('2026-11-17T12:00:00.000Z');
    const { compare, ...series } = cases.trend.result.series[0]!;
    const points = series.points!.map((point, i) => (i === 2 ? { ...point, value: 0 } : point));
    const alone = cases.answerTo('trend', { series: [{ ...series, points }] });
    const plot = trendPlot(drawing(cases.trendQuestion, alone, { now }));
    expect(plot.running).toBe(1);
    expect(plot.series[0]?.values).toEqual([5, 9]);
    // What was before goes on behind what is yet to come.
    const compared = cases.answerTo('trend', { series: [{ ...series, points, compare: compare! }] });
    const both = trendPlot(drawing(cases.trendQuestion, compared, { now }));
    expect(both.running).toBe(1);
    expect(both.places).toHaveLength(3);
    expect(both.series[0]?.values).toEqual([5, 9, null]);
    expect(both.series[0]?.before?.values).toEqual([4, 4, 4]);
    // Somebody's clock is ahead: what is there is shown.
    expect(trendPlot(drawing(cases.trendQuestion, cases.trend, { now })).series[0]?.values).toEqual([5, 9, 2]);
  });

  it.each([
    ['bounceRate', 0.257, '25.7%'],
    ['sessionDuration', 90_000, '1 min 30 s'],
    ['eventsPerSession', 3.25, '3.25'],
  ] as const)('writes %s in its unit', (measure, value, text) => {
    const [unit] = seriesUnits(cases.trendQuestion, [{ name: 'all', measure, total: value }]);
    expect(unit?.format(value)).toBe(text);
  });

  it('tells of a click what is needed to ask for its events', () => {
    const plot = trendPlot(drawing(cases.trendQuestion, cases.trend));
    expect(plot.pick?.(0, 1)).toMatchObject({
      event: 'purchased',
      from: '2026-11-17T00:00:00.000Z',
      to: '2026-11-18T00:00:00.000Z',
      filters: [
        { field: 'data.country', value: 'CH' },
        { field: 'data.price', operator: 'gte', value: 5 },
      ],
    });
    // The last bucket ends where the answer does.
    expect(plot.pick?.(0, 2)?.to).toBe('2026-11-19T00:00:00.000Z');
  });

  it('picks a group by its value, what has none, and all others by what they are not', () => {
    const plot = trendPlot(drawing(cases.brokenQuestion, cases.broken, { chart: 'bar' }));
    expect(plot.isStacked).toBe(true);
    expect(plot.pick?.(0, 0)?.filters).toEqual([{ field: 'data.plan', operator: 'is', value: cases.HOSTILE }]);
    expect(plot.pick?.(1, 0)?.filters).toEqual([{ field: 'data.plan', operator: 'exists', value: false }]);
    expect(plot.pick?.(2, 0)?.filters).toEqual([
      { field: 'data.plan', operator: 'isNot', value: cases.HOSTILE },
      { field: 'data.plan', operator: 'exists', value: true },
    ]);
  });

  it('finds the series of a question again in its answer', () => {
    const [visit, buy, formula] = cases.formula.result.series;
    const group = (value: string) => [{ field: 'data.plan', value }];
    expect(seriesIndexesOf([visit!, buy!, formula!])).toEqual([0, 1, 2]);
    const one = cases.broken.result.series;
    expect(seriesIndexesOf([...one, ...one])).toEqual([0, 0, 0, 1, 1, 1]);
    expect(
      seriesIndexesOf([
        { ...visit!, group: group('a') },
        { ...buy!, group: group('b') },
      ]),
    ).toEqual([0, 1]);
  });

  it('picks nothing of a formula, nor of a question that a link tells of', () => {
    const plot = trendPlot(drawing(cases.formulaQuestion, cases.formula));
    expect(plot.pick?.(2, 0)).toBeUndefined();
    expect(plot.pick?.(1, 0)?.event).toBe('buy');
    expect(trendPlot(drawing({ kind: 'trend', interval: 'day' }, cases.formula)).pick?.(1, 0)).toBeUndefined();
  });

  it('puts an annotation where its day is, also in a week', () => {
    const note = (date: string): Annotation => ({ ...cases.annotations[0]!, date, text: 'Launch' });
    const marks = (date: string) =>
      trendPlot(drawing(cases.trendQuestion, cases.trend, { annotations: [note(date)] })).marks;
    expect(marks('2026-11-17')).toEqual([{ index: 1, text: 'Launch' }]);
    expect(marks('2026-11-18T23:00:00Z')).toEqual([{ index: 2, text: 'Launch' }]);
    expect(marks('2026-11-15')).toEqual([]);
    expect(marks('2026-11-19')).toEqual([]);
    const starts = ['2026-11-02', '2026-11-09', '2026-11-16'].map((day) => ({
      from: `${day}T00:00:00.000Z`,
      value: 1,
    }));
    const weekly = cases.answerTo(
      'trend',
      { series: [{ name: 'a', measure: 'count', total: 3, points: starts }] },
      { to: '2026-11-23T00:00:00.000Z' },
    );
    const weeks = trendPlot(
      drawing({ kind: 'trend', interval: 'week' }, weekly, { annotations: [note('2026-11-12'), note('2026-11-22')] }),
    ).marks;
    expect(weeks?.map(({ index }) => index)).toEqual([1, 2]);
  });

  it('gives each piece of a pie its share, and none to what is not above zero', () => {
    const spec = chartSpecOf(drawing(cases.brokenQuestion, cases.broken, { chart: 'pie' }));
    // 6, 3 and 1 of 10
    expect(spec?.legend.map(({ label }) => label.slice(-3))).toEqual(['60%', '30%', '10%']);
    const hidden = chartSpecOf(drawing(cases.brokenQuestion, cases.broken, { chart: 'pie', hidden: new Set([0]) }));
    expect(hidden?.legend.map(({ label }) => label.slice(-3))).toEqual([' 0%', '75%', '25%']);
  });
});

it('draws a funnel as shares of its first step, and what is lost between two', () => {
  const spec = chartSpecOf(drawing(cases.funnelQuestion, cases.funnel))!;
  const [reached, lost] = [spec.option.series].flat() as { data: unknown[] }[];
  // 40, 20 and 5 of 40; of all 40, 20 are lost before the second and 15 before the third.
  expect(reached?.data).toMatchObject([{ value: 1 }, { value: 0.5 }, { value: 0.125 }]);
  expect(lost?.data).toEqual([0, 0.5, 0.375]);
  expect(spec.pick?.({ series: '0', index: 1 })?.funnel).toEqual({ step: 2, status: 'reached' });
  expect(spec.pick?.({ series: '0-lost', index: 2 })?.funnel).toEqual({ step: 2, status: 'dropped' });
  expect(spec.notes).toBeUndefined();
});

it('says of a funnel that the window of some has not ended', () => {
  const spec = chartSpecOf(drawing(cases.funnelQuestion, cases.funnelSoFar))!;
  expect(spec.notes).toEqual(['So far: some conversion windows are still open']);
  expect(spec.tooltip({ series: '0', index: 0 })?.note).toBeUndefined();
  expect(spec.tooltip({ series: '0', index: 1 })?.note).toBe('Incomplete');
});

it('says of a lifecycle which week the range cuts, and leads to all of it', () => {
  const question = { ...cases.lifecycleQuestion, interval: 'week' as const };
  const cut = drawing(question, cases.lifecycleCut);
  const plot = lifecyclePlot(cut);
  expect(plot.notes).toEqual(['A week partly outside the range is counted in full']);
  expect(plot.pick?.(1, 1)).toMatchObject({ from: '2026-11-16T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' });
  expect(lifecyclePlot(drawing(cases.lifecycleQuestion, cases.lifecycle)).notes).toBeUndefined();
});

describe('visits', () => {
  it('are drawn by one measure, in its unit, with gaps where there is nothing to measure', () => {
    const plot = webPlot(drawing(cases.webQuestion, cases.web));
    expect(plot.series.map(({ label, values }) => [label, values])).toEqual([['Visitors', [5, 0, 2]]]);
    expect(plot.series[0]?.before?.values).toEqual([4, 4, 4]);
    const bounces = webPlot(drawing(cases.webQuestion, cases.web, { measure: 'bounceRate' }));
    expect(bounces.series[0]?.values).toEqual([0.2, null, 0.5]);
    expect(bounces.series[0]?.unit?.format(0.2)).toBe('20%');
    expect(bounces.label).toBe('Bounce rate over time, Mon, Nov 16, 2026 to Wed, Nov 18, 2026, 3 points. Total: 25%');
    expect(plot.pick?.(0, 1)).toMatchObject({ from: '2026-11-17T00:00:00.000Z', to: '2026-11-18T00:00:00.000Z' });
  });

  it('have a table of all measures, the whole range first', () => {
    const now = Date.parse('2026-11-18T12:00:00.000Z');
    const [table] = webTables({ question: cases.webQuestion, answer: cases.web, now });
    expect(table?.rows.map((row) => row.map(({ text }) => text))).toEqual([
      ['Total', '7', '7', '14', '2', '25%', '1 min 30 s'],
      ['Mon, Nov 16, 2026', '5', '5', '10', '2', '20%', '1 min 30 s'],
      ['Tue, Nov 17, 2026', '0', '0', '0', '–', '–', '–'],
      ['Wed, Nov 18, 2026 (so far)', '2', '2', '4', '2', '50%', '1 min 30 s'],
    ]);
  });

  it('have ≈ before people who are estimated, and before no visits', () => {
    const { totals, points = [] } = cases.web.result;
    const answer = { ...cases.web, exact: false, result: { totals: { ...totals, estimated: true as const }, points } };
    const [table] = webTables({ question: cases.webQuestion, answer, now: LATER });
    expect(table?.rows[0]?.slice(1, 3).map(({ text }) => text.replace('\u00A0', ' '))).toEqual(['≈ 7', '7']);
  });
});

describe('retention', () => {
  it('begins with the first cohort that has anybody', () => {
    const { cohorts, average } = cases.retention.result;
    const [first, ...others] = cohorts;
    const empty = { ...first!, users: 0, periods: first!.periods.map((one) => ({ ...one, users: 0, rate: null })) };
    const answer = { ...cases.retention, result: { cohorts: [empty, ...others], average } };
    const spec = chartSpecOf(drawing(cases.retentionQuestion, answer))!;
    expect(spec.label).toMatch(/^Retention, 2 cohorts by week/);
    // The first cell is that of the second week.
    expect(spec.tooltip({ series: '0', index: 0 })?.rows[1]).toEqual({ label: 'Users', value: '8 of 8' });
  });

  it('has a cell a cohort and period, hatched while it runs', () => {
    const spec = chartSpecOf(drawing(cases.retentionQuestion, cases.retention))!;
    const [map] = [spec.option.series].flat() as { data: { value: number[]; itemStyle: object }[] }[];
    expect(map?.data.map(({ value }) => value.slice(0, 2))).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 1],
      [0, 2],
    ]);
    expect(map?.data.map(({ itemStyle }) => 'decal' in itemStyle)).toEqual([false, false, true, false, true, true]);
  });

  it('picks the users of a cohort alone, in the period', () => {
    const spec = chartSpecOf(drawing(cases.retentionQuestion, cases.retention))!;
    const start = { event: 'signed up' };
    // The second cohort, one week later.
    expect(spec.pick?.({ series: '0', index: 4 })).toMatchObject({
      event: 'purchased',
      from: '2026-11-16T00:00:00.000Z',
      to: '2026-11-23T00:00:00.000Z',
      segment: {
        and: [
          { did: start, from: '2026-11-09T00:00:00.000Z', to: '2026-11-16T00:00:00.000Z' },
          { not: { did: start, from: '2026-11-02T00:00:00.000Z', to: '2026-11-09T00:00:00.000Z' } },
        ],
      },
    });
  });

  it('draws the average as a line', () => {
    expect(averagePlot(drawing(cases.retentionQuestion, cases.retention)).series[0]?.values).toEqual([1, 1 / 3, 0.1]);
  });

  it('has the users of all cohorts beside the average, however many came back at once', () => {
    const { cohorts, average } = cases.retention.result;
    const back = average.map((one) => (one.period === 0 ? { period: 0, users: 9, rate: 0.5 } : one));
    const answer = { ...cases.retention, result: { cohorts, average: back } };
    const [table] = retentionTables(drawing(cases.retentionQuestion, answer));
    expect(table?.rows[0]?.slice(0, 3).map(({ text }) => text)).toEqual(['Average', '18', '50%']);
  });
});

it('leads paths that go no further to an end of their own, one a step', () => {
  const { stops, flows } = flowsOf({ question: cases.pathsQuestion, answer: cases.paths });
  const ends = stops.filter(({ kind }) => kind === 'ended').map(({ depth, total }) => ({ depth, total }));
  // 3 end after the first step, 4 + 2 after the second.
  expect(ends).toEqual([
    { depth: 1, total: 3 },
    { depth: 2, total: 6 },
  ]);
  expect(flows.map(({ from, to, total }) => `${from.id} ${to.id} ${total}`)).toEqual([
    '0 1 5',
    '0 2 2',
    '1 3 1',
    '0 ended-1 3',
    '1 ended-2 4',
    '2 ended-2 2',
  ]);
});

it('turns paths towards an end around: those that go no further back begin there', () => {
  const answer = cases.answerTo('paths', {
    paths: 5,
    nodes: [
      { id: 0, step: 0, total: 5, ended: 2, value: 'buy' },
      { id: 1, step: -1, total: 3, ended: 0, value: 'visit' },
    ],
    links: [{ from: 1, to: 0, total: 3 }],
  });
  const { stops, flows } = flowsOf({ question: { kind: 'paths' }, answer });
  expect(stops.map(({ label, depth }) => `${depth} ${label}`)).toEqual(['1 buy', '0 visit', '0 Started here']);
  expect(flows.map(({ from, to, total }) => `${from.label} ${to.label} ${total}`)).toEqual([
    'visit buy 3',
    'Started here buy 2',
  ]);
});

it('draws stickiness as bars, and lifecycle with those gone quiet below the axis', () => {
  expect(stickinessPlot(drawing({ kind: 'stickiness' }, cases.stickiness)).series[0]?.values).toEqual([1, 2, 0]);
  const plot = lifecyclePlot(drawing(cases.lifecycleQuestion, cases.lifecycle));
  expect(plot.series.map(({ values }) => values)).toEqual([
    [3, 1, 0],
    [0, 2, 3],
    [0, 1, 0],
    [-1, -1, -1],
  ]);
  // Who is returning on the second day was there on the first.
  expect(plot.pick?.(1, 1)).toMatchObject({
    from: '2026-11-17T00:00:00.000Z',
    segment: { did: { event: 'purchased' }, from: '2026-11-16T00:00:00.000Z', to: '2026-11-17T00:00:00.000Z' },
  });
});

it('draws of performance what the groups are ordered by', () => {
  const plot = performancePlot(drawing(cases.performanceQuestion, cases.performance, { chart: 'line' }));
  expect(plot.series.map(({ values }) => values)).toEqual([
    [400, 401, 402],
    [100, 100, 100],
  ]);
  const median = performancePlot(
    drawing({ ...cases.performanceQuestion, sort: 'p50' }, cases.performance, { chart: 'line' }),
  );
  expect(median.series[0]?.values).toEqual([200, 200.5, 201]);
});

it('takes the first column of SQL that is no number as the axis, and the numbers as series', () => {
  const plot = sqlPlot(drawing({ kind: 'sql' }, cases.sql, { chart: 'line' }));
  expect(plot.style).toBe('bar');
  expect(plot.places).toHaveLength(3);
  expect(plot.series.map(({ values }) => values)).toEqual([
    [5, 3, 3],
    [3, 2, null],
  ]);
});

describe('names of strangers', () => {
  const specs = Object.entries(cases.CASES).flatMap(
    ([name, { question, answer, chart, annotations = [] }]): [string, ChartSpec][] => {
      const base = { annotations, colours, width: 800, height: 320, now: LATER, hidden: new Set<number>(), group: 0 };
      const spec = chartSpecOf({ ...base, question, answer, chart: chartOf(answer.kind, chart) });
      return spec ? [[name, spec]] : [];
    },
  );

  it.each(specs)('are never what ECharts looks up, in %s', (_, { option }) => {
    const series = [option.series ?? []].flat() as { name?: unknown; data?: { name?: unknown }[] }[];
    const called = series.flatMap(({ name, data }) => [name, ...(data ?? []).map((one) => one?.name)]);
    expect(JSON.stringify(called)).not.toContain('<img');
  });

  it.each(specs)('are one line of text, in the tooltips of %s', (_, spec) => {
    const texts: string[] = [];
    for (const series of ['0', '1', '0-lost', 'paths'])
      for (const index of [0, 1, 2])
        for (const part of [undefined, 'node', 'edge'] as const) {
          const content = spec.tooltip({ series, index, ...(part && { part }) });
          if (content) texts.push(content.title, content.note ?? '', ...content.rows.map(({ label }) => label));
        }
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).not.toMatch(/[\n\u202e]/);
  });
});
