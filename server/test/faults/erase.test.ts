import { afterEach, expect, it } from 'vitest';
import { IS_LONG, randomOf, Servers, until, uuidOf } from './harness.ts';

const ROUNDS = IS_LONG ? 20 : 3;
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

it(`erases the matching events and no others, through ${ROUNDS} times kill -9 while it erases`, {
  timeout: 60_000 + ROUNDS * 30_000,
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
    const erasing = servers.ask('DELETE', `/api/events/${app}?user=ann`).then(
      ({ status }) => status,
      () => 'cut',
    );
    await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 400)));
    await servers.kill(round % 2 === 0 ? 'all' : 'server');
    const outcome = await erasing;
    await servers.start();
    if (outcome === 200) expect([app, new Set(await uuidsOf(app))]).toEqual([app, kept.get(app)]);
    await until('the erasure is answered', 30_000, async () =>
      (await servers.ask('DELETE', `/api/events/${app}?user=ann`)).status === 200 ? true : undefined,
    );
    for (const each of ['other', app]) {
      const uuids = await uuidsOf(each);
      expect([each, uuids.length, new Set(uuids)]).toEqual([each, kept.get(each)!.size, kept.get(each)]);
    }
  }
});
