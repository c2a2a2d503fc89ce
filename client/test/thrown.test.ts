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
      [{ code: 'E2' }, 'other', 'E2', '{"code":"E2"}'],
      [Object.create(null), 'other', undefined, '{}'],
      // What belongs to somebody stays out, at any depth; what says what it is stays.
      [{ status: 500, body: 'secret' }, 'other', undefined, '{"status":500,"body":"*"}'],
      [{ code: { type: 'card', number: 4 } }, 'other', undefined, '{"code":{"type":"card","number":"*"}}'],
      [['secret'], 'other', undefined, '[object Array] ["*"]'],
      [new Event('abort'), 'other', undefined, '[object Event] {}'],
      [{ x: 'a', ['k'.repeat(300)]: 1 }, 'other', undefined, `{"x":"*","${'k'.repeat(190)}`],
      [Symbol('key'), 'other', undefined, 'Symbol(key)'],
      [undefined, 'other', undefined, 'undefined'],
      [null, 'other', undefined, 'null'],
      [42n, 'other', undefined, '42'],
      [trapped, 'other', undefined, 'unreadable'],
      [{ toString: trap, message: { toString: trap } }, 'other', undefined, '{"toString":"*","message":"*"}'],
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
      { code: 'E2' },
      { code: 'E3' },
    ];
    expect(new Set(others.map(group)).size).toBe(8);
    expect(group({ code: 'E2' })).toBe(group({ code: 'E2' }));
  });
});
