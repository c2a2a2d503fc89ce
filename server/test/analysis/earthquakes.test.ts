/** 1,707 earthquakes of a week of 2018, against numbers counted by loops, straight from the file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distinct, grouped, iso, mean, quantile, read, type Series } from './real-data.ts';
import { aWorld, type Given, type Json, type World } from './world.ts';

interface Quake {
  readonly properties: Readonly<Record<string, Json>> & {
    readonly time: number;
    readonly type: string;
    readonly net: string;
  };
}

const quakes = read<{ features: Quake[] }>('earthquakes.json').features.map(({ properties }) => properties);

let world: World;
beforeAll(async () => {
  world = await aWorld();
  await world.post(
    'quakes',
    quakes.map(
      (properties): Given => ({
        ...{ event: properties.type, timestamp: properties.time, user: properties.net, data: properties },
      }),
    ),
  );
});
afterAll(() => world.close());

describe('the earthquakes', () => {
  const week = { from: '2018-01-30', to: '2018-02-07' };

  it('by kind of magnitude: the mean, the 99th percentile, the networks that saw them', async () => {
    const of = (measure: string, property = 'data.mag') => ({ measure, property });
    const { result } = await world.ask<{ series: readonly Series[] }>('quakes', {
      ...{ kind: 'trend', ...week, breakdown: ['data.magType'], limit: 100 },
      series: [{}, { measure: 'users' }, of('avg'), of('p99'), of('uniqueValues', 'data.place')],
    });
    const groups = [...grouped(quakes, ({ magType }) => String(magType))];
    expect(groups).toHaveLength(7);
    for (const [series, figure] of [
      (those: typeof quakes) => those.length,
      (those: typeof quakes) => distinct(those.map(({ net }) => net)),
      (those: typeof quakes) => mean(those.map(({ mag }) => Number(mag))),
      (those: typeof quakes) =>
        quantile(
          those.map(({ mag }) => Number(mag)),
          0.99,
        ),
      (those: typeof quakes) => distinct(those.map(({ place }) => place)),
    ].entries()) {
      const found = result.series.slice(series * 7, series * 7 + 7);
      expect(
        Object.fromEntries(found.map(({ group, total }) => [(group as readonly { value: string }[])[0]!.value, total])),
      ).toEqual(Object.fromEntries(groups.map(([name, those]) => [name, expect.closeTo(figure(those), 6)])));
    }
  });

  it('skips what is null where a number is due, and says how many', async () => {
    const { result, skipped } = await world.ask<{ series: readonly Series[] }>('quakes', {
      ...{ kind: 'trend', ...week, series: [{ event: 'earthquake', measure: 'avg', property: 'data.nst' }] },
    });
    const stations = quakes.filter(({ type }) => type === 'earthquake').map(({ nst }) => nst);
    const known = stations.filter((nst) => typeof nst === 'number');
    expect([known.length > 100, stations.length > known.length]).toEqual([true, true]);
    expect([result.series[0]!.total, skipped]).toEqual([
      expect.closeTo(mean(known), 6),
      stations.length - known.length,
    ]);
  });

  it('of filters: strong ones off Alaska that somebody felt', async () => {
    const { result } = await world.ask<{ series: readonly Series[] }>('quakes', {
      ...{ kind: 'trend', ...week, interval: 'day', series: [{}] },
      filters: [
        { field: 'data.place', operator: 'contains', value: 'Alaska' },
        {
          or: [
            { field: 'data.mag', operator: 'gte', value: 3 },
            { field: 'data.felt', operator: 'gt', value: 0 },
          ],
        },
      ],
    });
    const those = quakes.filter(
      ({ place, mag, felt }) => String(place).includes('Alaska') && (Number(mag) >= 3 || Number(felt) > 0),
    );
    expect(those.length).toBeGreaterThan(5);
    const days = grouped(those, ({ time }) => iso(time).slice(0, 10));
    expect(result.series[0]!.total).toBe(those.length);
    for (const { from, value } of result.series[0]!.points)
      expect([from, value]).toEqual([from, days.get(from.slice(0, 10))?.length ?? 0]);
  });
});
