import { describe, expect, it } from 'vitest';
import { thrownOf } from '../src/thrown.ts';

const trapped = new Proxy({}, { get: () => trap(), ownKeys: () => trap() });
function trap(): never {
  throw new Error('trapped');
}

describe('thrownOf', () => {
  // Not one test each: what runs the tests fails on some of these values by itself.
  it('makes an event of whatever is thrown', () => {
    const cases: readonly (readonly [unknown, string, string | undefined, string])[] = [
      [new RangeError('none'), 'RangeError', undefined, 'none'],
      [Object.assign(new Error('no file'), { code: 'ENOENT' }), 'Error', 'ENOENT', 'no file'],
      [{ code: 11_000, message: 'duplicate' }, 'other', '11000', 'duplicate'],
      [Object.create(null), 'other', undefined, '[object Object]'],
      [{ status: 500, body: 'secret' }, 'other', undefined, '[object Object] status,body'],
      [Symbol('key'), 'other', undefined, 'Symbol(key)'],
      [undefined, 'other', undefined, 'undefined'],
      [null, 'other', undefined, 'null'],
      [42n, 'other', undefined, '42'],
      [trapped, 'other', undefined, 'unreadable'],
      [{ toString: trap, message: { toString: trap } }, 'other', undefined, '[object Object] toString,message'],
      [new Error(`${'a'.repeat(199)}🦊`), 'Error', undefined, 'a'.repeat(199)],
      [new Error('half \udc00 a character'), 'Error', undefined, 'half  a character'],
    ];
    for (const [value, name, code, message] of cases) {
      const { stack, at: _, ...found } = thrownOf(value, 'other');
      expect(found).toEqual({ name, code, message });
      expect(stack).toMatch(/^[\da-f]{14}$/);
    }
  });

  it('puts together what differs in its numbers alone, and keeps apart what is something else', () => {
    const group = (value: unknown) => thrownOf(value).stack;
    expect(group('no item 1')).toBe(group('no item 27'));
    const others = [
      'no item 1',
      'no user 1',
      { code: 'A', message: 'x' },
      { code: 'B', message: 'x' },
      { a: 1 },
      { b: 1 },
    ];
    expect(new Set(others.map(group)).size).toBe(6);
  });
});
