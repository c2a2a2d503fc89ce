import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRoom, refusalOf, TREND } from './room.ts';

let room: ReturnType<typeof aRoom>;
let report: string;
beforeEach(async () => {
  room = aRoom();
  report = (await room.saved.reports.create('shop', { name: 'Sales', question: TREND }, 'ann')).id;
});
afterEach(async () => {
  await room.close();
});

const share = (expiresAt?: number) => room.saved.shares.create('shop', 'report', report, { expiresAt, by: 'ann' });
const read = (token: string) => room.saved.shares.read(token, async (view) => view);
const codeOf = async (work: () => unknown): Promise<string> => (await refusalOf(work)).code;

describe('a link', () => {
  it('has 128 random bits of which the hash alone is kept, and shows what is shared now', async () => {
    const { token, ...listed } = await share();
    expect(Buffer.from(token.replace(/^sh_/, ''), 'base64url')).toHaveLength(16);
    expect(room.saved.shares.list('shop', 'report', report)).toEqual([listed]);
    expect(JSON.stringify(room.registry.list('shares'))).not.toContain(token.slice(3));
    expect(await read(token)).toEqual({ app: 'shop', kind: 'report', name: 'Sales', parts: [{ question: TREND }] });
    await room.saved.reports.change('shop', report, { name: 'More sales', chart: 'bar' }, 1, 'ann');
    await room.reopen();
    expect(await read(token)).toMatchObject({ name: 'More sales', parts: [{ question: TREND, chart: 'bar' }] });
  });

  it('ends when it is revoked, also in the middle of a reading, and after a reopen', async () => {
    const [one, two] = [await share(), await share()];
    let whileRead: Promise<void> | undefined;
    const reading = room.saved.shares.read(one.token, async () => {
      whileRead = room.saved.shares.revoke('shop', 'report', report, one.id);
      await whileRead;
      return 'secret';
    });
    expect(await codeOf(() => reading)).toBe('SHARE_UNKNOWN');
    expect(await codeOf(() => read(one.token))).toBe('SHARE_UNKNOWN');
    await read(two.token);
    await room.saved.shares.revoke('shop', 'report', report, undefined);
    await room.reopen();
    expect(await codeOf(() => read(two.token))).toBe('SHARE_UNKNOWN');
    expect(await codeOf(() => room.saved.shares.revoke('shop', 'report', report, two.id))).toBe('SHARE_UNKNOWN');
  });

  it('ends at its time, and with what it shows', async () => {
    const [one, two] = [await share(room.clock.now + 60_000), await share()];
    await read(one.token);
    room.clock.now += 60_000;
    expect(await codeOf(() => read(one.token))).toBe('SHARE_UNKNOWN');
    expect(room.saved.shares.list('shop', 'report', report).map(({ id }) => id)).toEqual([two.id]);
    await room.saved.reports.remove('shop', report, undefined);
    expect(await codeOf(() => read(two.token))).toBe('SHARE_UNKNOWN');
  });

  it.each(['', 'sh_', 'sh_AAAAAAAAAAAAAAAAAAAAAA', 'sk_AAAAAAAAAAAAAAAAAAAAAA', '__proto__', 'x'.repeat(300)])(
    'is not %j',
    async (token) => {
      expect(await codeOf(() => read(token))).toBe('SHARE_UNKNOWN');
    },
  );

  it('is read at a rate, and all of them few at once', async () => {
    const { token } = await share();
    for (let i = 0; i < 20; i++) await read(token);
    expect(await codeOf(() => read(token))).toBe('SHARE_BUSY');
    // A minute has sixty.
    room.clock.now += 1_000;
    await read(token);
    expect(await codeOf(() => read(token))).toBe('SHARE_BUSY');
    room.clock.now += 60_000;
    let end = (): void => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const readings = Array.from({ length: 6 }, () => room.saved.shares.read(token, () => held));
    expect(await codeOf(() => read(token))).toBe('SHARE_BUSY');
    end();
    await Promise.all(readings);
    await read(token);
  });

  it('is one of at most twenty, ended ones not counted', async () => {
    for (let i = 0; i < 5; i++) await share(room.clock.now + 1_000);
    for (let i = 0; i < 15; i++) await share();
    expect(await codeOf(share)).toBe('SAVED_TOO_MANY');
    room.clock.now += 1_000;
    await share();
    expect(room.registry.list('shares')).toHaveLength(16);
  });
});

const shown = { last: '7d' };
const steps = [{ event: 'a' }, { event: 'b' }];
const HIDDEN: [object, string][] = [
  [{ kind: 'users', ...shown }, 'kind'],
  [{ kind: 'timeline', ...shown, user: 'ann' }, 'kind'],
  [{ kind: 'sql', ...shown, sql: 'SELECT count() FROM events' }, 'kind'],
  [{ kind: 'funnel', ...shown, steps, list: { step: 1 } }, 'list'],
  [{ kind: 'funnel', ...shown, steps, breakdown: 'device' }, 'breakdown'],
  [{ kind: 'sessions', ...shown, list: 5 }, 'list'],
  [{ kind: 'retention', ...shown, start: {}, interval: 'day', breakdown: 'user' }, 'breakdown'],
  [{ kind: 'paths', ...shown, node: 'session' }, 'node'],
  [{ kind: 'performance', ...shown, property: 'data.ms', by: 'uuid' }, 'by'],
  [{ ...TREND, breakdown: ['data.plan', 'user'] }, 'breakdown[1]'],
];

describe('a link is not given for', () => {
  it.each(HIDDEN)('%j', async (question, path) => {
    const { id } = await room.saved.reports.create('shop', { name: 'Who', question }, 'ann');
    const options = { expiresAt: undefined, by: 'ann' };
    const refused = { code: 'SHARE_REFUSED', field: `question.${path}` };
    expect(await refusalOf(() => room.saved.shares.create('shop', 'report', id, options))).toMatchObject(refused);
    // Nor can what is shared become it.
    await share();
    expect(await refusalOf(() => room.saved.reports.change('shop', report, { question }, 1, 'ann'))).toMatchObject(
      refused,
    );
  });

  it('a dashboard with such a tile, and a shared one gets none, directly or by its reports', async () => {
    const [hidden] = HIDDEN[0]!;
    const at = { x: 0, y: 0, w: 1, h: 1 };
    const make = async (tiles: object[]) =>
      (await room.saved.dashboards.create('shop', { name: 'Front', tiles }, 'ann')).id;
    const options = { expiresAt: undefined, by: 'ann' };
    const wrong = await make([
      { ...at, report },
      { ...at, question: hidden },
    ]);
    const refused = { code: 'SHARE_REFUSED', field: 'tiles[1].question.kind' };
    expect(await refusalOf(() => room.saved.shares.create('shop', 'dashboard', wrong, options))).toMatchObject(refused);
    const right = await make([{ ...at, report }]);
    const { token } = await room.saved.shares.create('shop', 'dashboard', right, options);
    expect(await read(token)).toMatchObject({ kind: 'dashboard', parts: [{ place: at, name: 'Sales' }] });
    expect(
      await codeOf(() => room.saved.dashboards.change('shop', right, { tiles: [{ ...at, question: hidden }] }, 1, 'a')),
    ).toBe('SHARE_REFUSED');
    expect(await codeOf(() => room.saved.reports.change('shop', report, { question: hidden }, 1, 'ann'))).toBe(
      'SHARE_REFUSED',
    );
    await room.saved.shares.revoke('shop', 'dashboard', right, undefined);
    await room.saved.reports.change('shop', report, { question: hidden }, 1, 'ann');
  });
});
