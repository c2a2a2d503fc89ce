import { afterEach, expect, it } from 'vitest';
import { IS_LONG, randomOf, Servers, until, uuidOf } from './harness.ts';

const ROUNDS = IS_LONG ? 20 : 2;
const MONTHS = 30;
let servers: Servers;
afterEach(async () => await servers.remove());

async function uuidsOf(app: string): Promise<string[]> {
  const { status, text } = await servers.ask('GET', `/api/events/${app}?from=2020-01-01&to=2023-01-01`, undefined, {
    accept: 'application/x-ndjson',
  });
  if (status !== 200) throw new Error(`${status} ${text}`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { uuid: string }).uuid);
}

interface Erasure {
  readonly id: string;
  readonly status: string;
  readonly erased?: number;
}

const eraseOf = async (app: string, wait: number): Promise<Erasure> => {
  const { status, text } = await servers.ask('DELETE', `/api/events/${app}?user=ann&wait=${wait}`);
  if (status !== 202) throw new Error(`${status} ${text}`);
  return JSON.parse(text) as Erasure;
};

const ended = async (app: string, id: string): Promise<Erasure> =>
  await until('the erasure has ended', 60_000, async () => {
    const erasure = await servers.json<Erasure>(`/api/apps/${app}/erasures/${id}`);
    return erasure.status === 'done' || erasure.status === 'failed' ? erasure : undefined;
  });

it(`finishes an erasure that was acknowledged, with the right number and nothing else erased, through ${ROUNDS} times kill -9`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async () => {
  const random = randomOf(18);
  servers = new Servers();
  await servers.start();
  /** By app, the uuids of both users: two of bob and one of ann in each month. */
  const kept = new Map<string, Set<string>>([['other', new Set()]]);
  for (let round = 0; round < ROUNDS; round++) kept.set(`shop-${round}`, new Set());
  for (const [app, keep] of kept) {
    const events = Array.from({ length: MONTHS * 3 }, (_, i) => ({
      event: 'seen',
      uuid: uuidOf(random),
      user: i % 3 === 0 ? 'ann' : 'bob',
      timestamp: Date.UTC(2020, Math.floor(i / 3), 15),
    }));
    for (const { uuid, user } of events) if (app === 'other' || user === 'bob') keep.add(uuid);
    expect(await servers.ask('POST', `/api/events/${app}`, JSON.stringify(events))).toMatchObject({ status: 200 });
  }
  for (let round = 0; round < ROUNDS; round++) {
    const app = `shop-${round}`;
    // Until all is stored; then the erasure itself is what is killed.
    expect(await uuidsOf(app)).toHaveLength(MONTHS * 3);
    const first = await eraseOf(app, 0);
    const second = await eraseOf(app, 0);
    await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 1_500)));
    await servers.kill(round % 2 === 0 ? 'all' : 'server');
    await servers.start();
    // One of ann in each month; the second erasure, which waited or had begun, finds none.
    expect([app, await ended(app, first.id)]).toMatchObject([app, { status: 'done', erased: MONTHS }]);
    expect([app, await ended(app, second.id)]).toMatchObject([app, { status: 'done', erased: 0 }]);
    for (const each of ['other', app]) {
      const uuids = await uuidsOf(each);
      expect([each, uuids.length, new Set(uuids)]).toEqual([each, kept.get(each)!.size, kept.get(each)]);
    }
  }
});
