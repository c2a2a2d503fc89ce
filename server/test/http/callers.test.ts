import { afterEach, expect, it } from 'vitest';
import type { Analysis } from '../../src/analysis/analysis.ts';
import type { Caller, QueryControl } from '../../src/model/query.ts';
import type { Saved } from '../../src/saved/saved.ts';
import type { SharedView } from '../../src/saved/shares.ts';
import { aHttp, type Double } from './doubles.ts';

let opened: Double | undefined;
afterEach(async () => await opened?.http.close());

const TREND = { kind: 'trend' as const, last: '7d' };
const ANSWER = { answer: { kind: 'trend' } } as unknown as Awaited<ReturnType<Analysis['ask']>>;

function aServer(ask: (control: QueryControl) => Promise<typeof ANSWER>): Double {
  const view = {
    app: 'shop',
    kind: 'dashboard',
    name: 'Wall',
    parts: [TREND, TREND, TREND].map((question) => ({ question })),
  };
  opened = aHttp({
    config: { queryMaxSeconds: 0.05 },
    analysis: { ask: (_app, _question, { control }) => ask(control) },
    saved: {
      shares: {
        read: (_token: string, work: (view: SharedView) => Promise<unknown>) => work(view as unknown as SharedView),
      },
    } as unknown as Saved,
  });
  return opened;
}

it('questions count for their user or key, and those of all links for one caller with one session', async () => {
  const callers: (Caller | undefined)[] = [];
  const { http } = aServer(async ({ caller }) => {
    callers.push(caller);
    return ANSWER;
  });
  const ask = (token: string) =>
    http.inject({ method: 'POST', url: '/api/query/shop', headers: { 'x-access-token': token }, payload: TREND });
  for (const token of ['admin', 'viewer', 'read']) expect((await ask(token)).statusCode).toBe(200);
  expect((await http.inject('/api/shared/sh_x')).statusCode).toBe(200);
  const links = { name: 'links', runningMax: 1 };
  expect(callers).toEqual([{ name: 'user ada' }, { name: 'user vic' }, { name: 'key k3' }, links, links, links]);
});

it('a reading of a link ends after the time of one question, with what it has by then', async () => {
  let asked = 0;
  const { http } = aServer(({ signal }) => {
    if (++asked === 1) return Promise.resolve(ANSWER);
    return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
  });
  const answer = await http.inject('/api/shared/sh_x');
  const problem = { code: 'QUERY_LIMIT_TIME', title: 'The query hit the time limit' };
  expect([answer.statusCode, answer.json()]).toMatchObject([
    200,
    { name: 'Wall', parts: [{ answer: { kind: 'trend' } }, { problem }, { problem }] },
  ]);
  // The third is not begun.
  expect(asked).toBe(2);
});
