import { afterEach, expect, it } from 'vitest';
import type { Erasure } from '../../src/model/erasure.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { aHttp, type Double, type DoubleOptions, NOW } from './doubles.ts';

const RUNNING: Erasure = {
  ...{ id: '5f1c9e0b7a3d', app: 'shop', status: 'running', createdAt: NOW, startedAt: NOW + 5, query: 'user=ann' },
  ...{ matching: 12, partitions: 3, progress: { partsDone: 1, partsTotal: 4 } },
};
const ANSWERED = { ...RUNNING, createdAt: '2026-01-02T03:04:05.000Z', startedAt: '2026-01-02T03:04:05.005Z' };

let double: Double;
let cancelled: Erasure;
afterEach(async () => await double.http.close());

function open(options: DoubleOptions = {}): void {
  double = aHttp({
    reports: { erase: async () => ({ erasure: RUNNING }) },
    erasures: {
      list: (app) => (app === 'shop' ? [RUNNING] : []),
      get(app, id) {
        if (app === 'shop' && id === RUNNING.id) return RUNNING;
        throw new SeismoError('ERASURE_UNKNOWN', 'There is none.');
      },
      async cancel(app, id) {
        if (app !== 'shop' || id !== RUNNING.id) throw new SeismoError('ERASURE_UNKNOWN', 'There is none.');
        return cancelled;
      },
    },
    ...options,
  });
}
const ask = (method: 'GET' | 'DELETE', url: string, token = 'admin') =>
  double.http.inject({ method, url, headers: { 'x-access-token': token } });

it('answers 202, the erasure and where its status is when it is not done within the wait', async () => {
  open();
  const answer = await ask('DELETE', '/api/events/shop?user=ann&wait=0');
  expect(answer.statusCode).toBe(202);
  expect(answer.headers['location']).toBe('/api/apps/shop/erasures/5f1c9e0b7a3d');
  expect(answer.json()).toEqual(ANSWERED);
  expect((await ask('GET', String(answer.headers['location']))).json()).toEqual(ANSWERED);
  const line = double.logged.map((text) => JSON.parse(text) as object).find((each) => 'security' in each);
  expect(line).toMatchObject({ security: 'erase events', by: 'user ada', erasure: RUNNING.id, outcome: 'done' });
});

it('answers 200 and nothing else but how many when it is done', async () => {
  open({ reports: { erase: async () => ({ erased: 4 }) } });
  const answer = await ask('DELETE', '/api/events/shop?user=ann');
  expect([answer.statusCode, answer.json(), answer.headers['location']]).toEqual([200, { erased: 4 }, undefined]);
});

it('lists the erasures of an app to admins alone', async () => {
  open();
  expect((await ask('GET', '/api/apps/shop/erasures')).json()).toEqual([ANSWERED]);
  expect((await ask('GET', '/api/apps/blog/erasures')).json()).toEqual([]);
  expect((await ask('GET', '/api/apps/shop/erasures?status=done')).json()).toMatchObject({ code: 'PARAMETER_UNKNOWN' });
  for (const path of ['blog/erasures/5f1c9e0b7a3d', 'shop/erasures/e1'])
    expect((await ask('GET', `/api/apps/${path}`)).json()).toMatchObject({ status: 404, code: 'ERASURE_UNKNOWN' });
  for (const url of ['/api/apps/shop/erasures', '/api/apps/shop/erasures/5f1c9e0b7a3d'])
    for (const token of ['viewer', 'read', 'write']) expect((await ask('GET', url, token)).statusCode).toBe(403);
});

it('counts them in /metrics and /api/stats', async () => {
  open();
  expect((await ask('GET', '/metrics')).body).toContain('seismo_erasures_running 1\n');
  expect((await ask('GET', '/metrics')).body).toContain('seismo_erasures_waiting 2\n');
  expect((await ask('GET', '/api/stats')).json()).toMatchObject({ erasures: { running: 1, waiting: 2 } });
});

it('cancels one for admins alone, and says in the log how that ended', async () => {
  open();
  const url = '/api/apps/shop/erasures/5f1c9e0b7a3d';
  cancelled = { ...RUNNING, status: 'cancelled', erased: 4, finishedAt: NOW + 9 };
  const answer = await ask('DELETE', url);
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    ...ANSWERED,
    status: 'cancelled',
    erased: 4,
    finishedAt: '2026-01-02T03:04:05.009Z',
  });
  cancelled = { ...RUNNING, status: 'cancelling' };
  expect(await ask('DELETE', url)).toMatchObject({ statusCode: 202 });
  const lines = double.logged.map((text) => JSON.parse(text) as object).filter((each) => 'security' in each);
  expect(lines).toMatchObject([
    { security: 'cancel erasure', by: 'user ada', erasure: RUNNING.id, status: 'cancelled', outcome: 'done' },
    { security: 'cancel erasure', status: 'cancelling' },
  ]);
  expect((await ask('DELETE', '/api/apps/blog/erasures/5f1c9e0b7a3d')).json()).toMatchObject({
    code: 'ERASURE_UNKNOWN',
  });
  for (const token of ['viewer', 'read', 'write']) expect((await ask('DELETE', url, token)).statusCode).toBe(403);
});
