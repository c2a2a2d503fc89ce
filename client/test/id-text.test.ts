import { describe, expect, it, vi } from 'vitest';
import { SETTINGS } from '../../server/dist/config/settings.js';
import { isUnidentifiable, PLACEHOLDERS, SHARED_NAMES } from '../../server/dist/model/user-id.js';
import type { Drop } from '../src/delivery/queue.ts';
import { ID_MAX_LENGTH, idText, NO_IDS } from '../src/id-text.ts';
import { createClient as createNodeClient } from '../src/node.ts';
import { createClient as createPortableClient } from '../src/portable.ts';
import { aServer, atEnd } from './support/fake-server.ts';

/** What is no id, as programs come to send it. */
const GIVEN: readonly unknown[] = [
  ...[
    null,
    undefined,
    '',
    ' \t',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    {},
    [],
    ['ann'],
    new Date(0),
    true,
    Symbol('s'),
  ],
  ...[Object.create(null), () => 'ann', 0, -0, 0n, 2 ** 53, -(2 ** 53), '\ud800 half a character', 'x'.repeat(257)],
  ...['null', 'NULL', ' undefined ', 'NaN', 'nan\n', '[object Object]', '[OBJECT OBJECT]', '0', ' 0', 'Anonymous'],
];

describe('idText', () => {
  it.each([
    ['ann', 'ann'],
    [' ann ', ' ann '],
    ['x'.repeat(256), 'x'.repeat(256)],
    ['00', '00'],
    ['nobody', 'nobody'],
    ['🦊', '🦊'],
    [12345, '12345'],
    [-1, '-1'],
    [1.5, '1.5'],
    [2 ** 53 - 1, '9007199254740991'],
  ])('takes %j', (value, text) => {
    expect(idText(value)).toBe(text);
  });

  it('takes an integer of any size', () => {
    expect(idText(2n ** 64n)).toBe('18446744073709551616');
  });

  it('takes what the server takes, and no more', () => {
    expect(NO_IDS.toSorted()).toEqual([...PLACEHOLDERS, ...SHARED_NAMES].toSorted());
    const texts = NO_IDS.flatMap((text) => [text, text.toUpperCase(), ` ${text}\n`, `${text}x`, `x${text}`]);
    for (const text of texts) expect([text, idText(text) === undefined]).toEqual([text, isUnidentifiable(text)]);
    // userMaxLength, unless it was changed.
    expect(ID_MAX_LENGTH).toBe(SETTINGS.userMaxLength.default);
  });

  it('takes nothing that is no id', () => {
    expect(GIVEN.map(idText)).toEqual(GIVEN.map(() => undefined));
  });
});

describe.each([
  ['node', createNodeClient],
  ['portable', createPortableClient],
])('the %s client', (_, createClient) => {
  it('tells of an identify without an id, sends what follows, and takes numbers for their texts', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    atEnd(async () => warn.mockRestore());
    const { url, received } = await aServer();
    const dropped: [string | undefined, Drop][] = [];
    const client = createClient({
      server: url,
      app: 'shop',
      key: 'sk_write',
      onDrop: ({ id, user }, drop) => dropped.push([`${id} of ${user}`, drop]),
    });
    atEnd(() => client.close({ timeoutMs: 1 }));
    const done = vi.fn();
    for (const value of GIVEN) {
      Reflect.apply(client.identify, client, [value, { plan: 'pro' }, { device: 'd-1', done }]);
      client.track('tracked', { n: 1 }, { session: 1 });
    }
    client.identify(12345, undefined, { device: 67 });
    client.identify(10n);
    await client.flush();
    expect(
      received
        .flatMap(({ events }) => events)
        .map(({ event, user, device, session }) => [event, user, device, session]),
    ).toEqual([
      ...GIVEN.map(() => ['tracked', undefined, undefined, '1']),
      ['$identify', '12345', '67', undefined],
      ['$identify', '10', undefined, undefined],
    ]);
    const drop = { reason: 'invalid', detail: expect.stringContaining('no id') };
    expect(dropped).toEqual(GIVEN.map(() => ['$identify of undefined', drop]));
    expect(done).toHaveBeenCalledTimes(GIVEN.length);
    expect(done).toHaveBeenLastCalledWith(drop);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('warns in the log where there is one', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    atEnd(async () => warn.mockRestore());
    const { url } = await aServer();
    const log = vi.fn();
    const client = createClient({ server: url, app: 'shop', key: 'sk_write', log });
    atEnd(() => client.close({ timeoutMs: 1 }));
    client.identify('null');
    expect(log.mock.calls).toContainEqual(['invalid id, ignored', { value: 'null' }]);
    expect(warn).not.toHaveBeenCalled();
  });
});
