import { describe, expect, it, onTestFinished } from 'vitest';
import { RowWriter } from '../../src/ingest/accept/row-writer.ts';
import { createLive, type LiveOptions, type LiveService } from '../../src/live/create-live.ts';
import type { SseStream, SubscriptionRequest } from '../../src/live/live.ts';
import { SeismoError } from '../../src/model/errors.ts';
import type { EventRow, StoredEvent } from '../../src/model/event.ts';
import type { Committed } from '../../src/row/committed-rows.ts';

const RUN = '00000000-0000-4000-8000-000000000001';
const HEX = RUN.replaceAll('-', '');
const NOW = Date.UTC(2026, 0, 1);

/** What a reader was sent; takes nothing while `isStuck`. */
class FakeOutlet implements SseStream {
  readonly sent: string[] = [];
  isStuck = false;
  unsentBytes = 0;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  leave = (): void => {};
  #drained = (): void => {};
  write(text: string | Buffer): void {
    this.sent.push(text.toString());
    if (this.isStuck) this.unsentBytes += text.length;
  }
  onDrain(drained: () => void): void {
    this.#drained = drained;
  }
  onGone(gone: () => void): void {
    this.leave = gone;
  }
  end(): void {
    this.state = 'ended';
  }
  destroy(): void {
    this.state = 'destroyed';
  }
  take(): void {
    this.isStuck = false;
    this.unsentBytes = 0;
    this.#drained();
  }
  /** The numbers of the events sent. */
  get numbers(): number[] {
    return this.sent.flatMap((text) => [...text.matchAll(/"event":"e(\d+)"/g)].map(([, n]) => Number(n)));
  }
}

interface World {
  readonly live: LiveService;
  /** Accepts so many events of the app, whose ids are padded. */
  accept(count: number, app?: string, padding?: number): void;
  readonly stored: EventRow[];
}

function aWorld(options: Partial<LiveOptions> = {}): World {
  const stored: EventRow[] = [];
  let next = 1;
  const live = createLive({
    store: {
      async following({ app, fromSeq, toSeq, limit }) {
        const seqOf = ({ seq }: EventRow): number => Number(seq.split('-')[0]);
        return stored.filter((row) => row.app === app && seqOf(row) >= fromSeq && seqOf(row) < toSeq).slice(0, limit);
      },
      async countFollowing({ app, fromSeq, toSeq }) {
        return stored.filter((row) => {
          const seq = Number(row.seq.split('-')[0]);
          return row.app === app && seq >= fromSeq && seq < toSeq;
        }).length;
      },
    },
    catchUp: async () => {},
    rejectedRows: () => [],
    runs: [{ journal: RUN, firstSeq: 1 }],
    listenersMax: 10,
    control: { maxSeconds: 1, maxBytes: 1e9, maxRows: 1e6 },
    now: () => NOW,
    logger: { warn: () => {} },
    ...options,
  });
  onTestFinished(() => live.close());
  return {
    live,
    stored,
    accept(count, app = 'shop', padding = 0) {
      const writer = new RowWriter();
      const starts: number[] = [];
      const firstSeq = next;
      for (let i = 0; i < count; i++) {
        starts.push(writer.length);
        const name = `e${next++}`;
        writer.begin(NOW, NOW, -1, Buffer.alloc(16));
        for (const text of [app, name + 'x'.repeat(padding), name, '', '', '', '', '']) writer.text(text);
        writer.noMaps();
        const event: StoredEvent = { uuid: RUN, app, id: name, event: name, timestamp: NOW, receivedAt: NOW };
        stored.push({ ...event, seq: `${firstSeq + i}-${HEX}` });
      }
      const committed: Committed = {
        firstSeq,
        count,
        apps: new Set([app]),
        rows: () => starts.map((start) => ({ bytes: writer.bytes, start })),
      };
      live.committed(committed);
    },
  };
}

const aRequest = (fields: Partial<SubscriptionRequest> = {}): SubscriptionRequest => ({
  app: 'shop',
  caller: 'user ada',
  lastId: undefined,
  expiresAt: undefined,
  check: async () => {},
  filters: [],
  ...fields,
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a reader that falls behind', () => {
  it('reads on from the store when it takes again, and nothing waits for it meanwhile beyond the bound', async () => {
    const { live, accept } = aWorld({ timeouts: { heartbeatMs: 1e6, stalledMs: 1e6, bufferMaxBytes: 2_000 } });
    const out = new FakeOutlet();
    live.subscribe(aRequest(), out);
    accept(3);
    out.isStuck = true;
    for (let i = 0; i < 100; i++) accept(7);
    expect(out.unsentBytes).toBeLessThan(3_000);
    out.take();
    await until(() => out.numbers.length >= 703);
    accept(1);
    await until(() => out.numbers.length >= 704);
    expect(out.numbers).toEqual(upTo(1, 704));
  });

  it('reads from the store what would be too much for all readers together at once', async () => {
    const { live, accept } = aWorld();
    const outs = Array.from({ length: 4 }, () => new FakeOutlet());
    for (const out of outs) live.subscribe(aRequest(), out);
    // 40 events of 200,000 bytes for 4 readers are 32 MB. Of these, 16 MiB are sent at once: 83 of 160 messages of a bit more than 200,000 bytes.
    accept(40, 'shop', 200_000);
    expect(outs.reduce((sum, { numbers }) => sum + numbers.length, 0)).toBe(83);
    await until(() => outs.every(({ numbers }) => numbers.length >= 40));
    accept(1);
    for (const out of outs) await until(() => out.numbers.length >= 41);
    for (const { numbers } of outs) expect(numbers).toEqual(upTo(1, 41));
  });

  it('is dropped when it takes nothing for too long', async () => {
    const { live, accept } = aWorld({ timeouts: { heartbeatMs: 5, stalledMs: 20, bufferMaxBytes: 2_000 } });
    const [stuck, other] = [new FakeOutlet(), new FakeOutlet()];
    stuck.isStuck = true;
    live.subscribe(aRequest(), stuck);
    live.subscribe(aRequest(), other);
    accept(1);
    await until(() => stuck.state === 'destroyed');
    expect([live.connections(), other.state]).toEqual([1, 'open']);
  });

  it('is told of a gap when more came than is told afterwards', async () => {
    const counts = [100_001, 0];
    const world = aWorld({ store: { following: async () => [], countFollowing: async () => counts.shift()! } });
    world.accept(5);
    const out = new FakeOutlet();
    world.live.subscribe(aRequest({ lastId: `2-${HEX}` }), out);
    await until(() => out.sent.some((text) => text.includes('event: gap')));
    world.accept(1);
    await until(() => out.numbers.length > 0);
    expect(out.numbers).toEqual([6]);
    expect(out.sent.find((text) => text.includes('event: gap'))).toMatch(`id: 5-${HEX}\n`);
  });

  it('waits for a store that is behind, and misses nothing', async () => {
    let failures = 1;
    const { live, accept } = aWorld({
      catchUp: async () => {
        if (failures-- > 0) throw new SeismoError('STORE_BEHIND', 'not yet');
      },
    });
    accept(4);
    const out = new FakeOutlet();
    live.subscribe(aRequest({ lastId: `1-${HEX}` }), out);
    accept(2);
    await until(() => out.numbers.length >= 5);
    expect(out.numbers).toEqual(upTo(2, 6));
  });

  it('hears also what the engine refused', async () => {
    const aside: StoredEvent = { uuid: RUN, app: 'shop', id: 'e2', event: 'e2', timestamp: NOW, receivedAt: NOW };
    const { live, accept, stored } = aWorld({ rejectedRows: () => [{ seq: 2, event: aside }] });
    accept(3);
    stored.splice(1, 1);
    const out = new FakeOutlet();
    live.subscribe(aRequest({ lastId: `0-${HEX}` }), out);
    await until(() => out.numbers.length >= 3);
    expect(out.numbers).toEqual([1, 2, 3]);
  });

  it('goes on exactly, wherever it was cut off, while events keep coming', async () => {
    const { live, accept } = aWorld({ timeouts: { heartbeatMs: 1e6, stalledMs: 1e6, bufferMaxBytes: 1_500 } });
    const heard: number[] = [];
    let lastId: string | undefined = `0-${HEX}`;
    let accepted = 0;
    for (let round = 0; round < 60; round++) {
      const out = new FakeOutlet();
      live.subscribe(aRequest({ ...(lastId !== undefined && { lastId }) }), out);
      // A fixed, odd pattern of arrivals, pauses and stalls (no randomness: a failure is to be seen again).
      for (let step = 0; step < 12; step++) {
        const count = (round * 7 + step * 3) % 5;
        if (count > 0) accept(count);
        accepted += count;
        if ((round + step) % 4 === 0) out.isStuck = true;
        if ((round + step) % 4 === 2) out.take();
        if ((round * step) % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      if (round === 59) {
        out.take();
        await until(() => heard.length + out.numbers.length >= accepted);
      }
      out.leave();
      heard.push(...out.numbers);
      const ids = out.sent.flatMap((text) => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id!));
      lastId = ids.at(-1) ?? lastId;
    }
    expect(heard).toEqual(upTo(1, accepted));
  });
});

describe('readers', () => {
  it('are bounded, and one alone takes no more than half', () => {
    const { live } = aWorld({ listenersMax: 4 });
    const refusal = (who: string): unknown => {
      try {
        live.subscribe(aRequest({ caller: who }), new FakeOutlet());
        return undefined;
      } catch (error) {
        return error instanceof SeismoError ? error.code : error;
      }
    };
    // The fourth of four that have one each takes a's second; after that nobody has two more than another.
    expect(['a', 'a', 'a', 'b', 'c', 'd', 'e'].map(refusal)).toEqual([
      undefined,
      undefined,
      'LIVE_TOO_MANY',
      undefined,
      undefined,
      undefined,
      'LIVE_TOO_MANY',
    ]);
    expect(live.connections()).toBe(4);
  });

  it('when all are taken, whoever has most gives their oldest up to whoever has fewer, and gets none back by asking', () => {
    const { live } = aWorld({ listenersMax: 4 });
    const outs = ['key', 'key', 'viewer', 'viewer'].map((who) => {
      const out = new FakeOutlet();
      live.subscribe(aRequest({ caller: who }), out);
      return out;
    });
    const admin = new FakeOutlet();
    live.subscribe(aRequest({ caller: 'admin' }), admin);
    expect([outs.map(({ state }) => state), live.connections()]).toEqual([['ended', 'open', 'open', 'open'], 4]);
    expect(outs[0]!.sent.at(-1)).toContain('event: end\ndata: {"code":"LIVE_TOO_MANY"');
    for (const who of ['key', 'viewer', 'admin'])
      expect(() => live.subscribe(aRequest({ caller: who }), new FakeOutlet())).toThrow('LIVE_TOO_MANY');
    expect([admin.state, live.connections()]).toEqual(['open', 4]);
  });

  it('end when their token does', async () => {
    const { live, accept } = aWorld();
    const out = new FakeOutlet();
    const check = async (): Promise<void> => {
      throw new SeismoError('AUTH_TOKEN_INVALID', 'The token has expired.');
    };
    live.subscribe(aRequest({ expiresAt: NOW + 10, check }), out);
    await until(() => out.state === 'ended');
    accept(1);
    expect(out.numbers).toEqual([]);
    expect(out.sent.at(-1)).toBe(
      'event: end\ndata: {"code":"AUTH_TOKEN_INVALID","detail":"The token has expired."}\n\n',
    );
  });

  it('are kept awake by comments that hold the place', async () => {
    const { live, accept } = aWorld({ timeouts: { heartbeatMs: 5, stalledMs: 1e6, bufferMaxBytes: 2_000 } });
    const out = new FakeOutlet();
    live.subscribe(aRequest(), out);
    accept(3, 'another');
    await until(() => out.sent.length >= 3);
    expect(out.sent).toContain(`: heartbeat\nid: 3-${HEX}\n\n`);
    expect(out.numbers).toEqual([]);
  });

  it('are sent away when the server stops, and no more are taken', () => {
    const { live } = aWorld();
    const out = new FakeOutlet();
    live.subscribe(aRequest(), out);
    live.close();
    expect([out.state, live.connections()]).toEqual(['ended', 0]);
    expect(() => live.subscribe(aRequest(), new FakeOutlet())).toThrow('SERVER_STOPPING');
  });
});
