import { describe, expect, it } from 'vitest';
import { identityOf } from '../../src/ingest/accept/event-identity.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { isPlaceholder, isUnidentifiable } from '../../src/model/user-id.ts';

const rules = { limits: { userMaxLength: 40 } };
const imported = { ...rules, imported: { defaultTime: undefined } };

function refusal(event: Record<string, unknown>, isIdentify: boolean, ruled: object = {}): string {
  try {
    identityOf(event, isIdentify, { ...rules, ...ruled });
  } catch (error) {
    if (error instanceof SeismoError) return `${error.code} ${error.field}`;
    throw error;
  }
  return 'accepted';
}

const PLACEHOLDERS = ['', ' ', 'null', 'NULL', 'undefined', ' Undefined ', 'NaN', 'nan', '[object Object]'];
const SHARED = ['0', ' 0', 'anonymous', 'Anonymous', '\u00a0ANONYMOUS\u2003'];
const GOOD = [
  'ann',
  'null-island',
  'nano',
  '00',
  'anonymous-1',
  'O',
  '[object]',
  '6b3f0f0e-2c7e-4a55-9d3c-1f7e2f6b7a90',
];

describe('a placeholder', () => {
  it.each(PLACEHOLDERS)('%j is nobody, anywhere', (text) => {
    expect([isPlaceholder(text), isUnidentifiable(text)]).toEqual([true, true]);
  });

  it.each(SHARED)('%j is nobody for $identify alone', (text) => {
    expect([isPlaceholder(text), isUnidentifiable(text)]).toEqual([false, true]);
  });

  it.each(GOOD)('%j is an id', (text) => {
    expect([isPlaceholder(text), isUnidentifiable(text)]).toEqual([false, false]);
  });
});

describe('identityOf', () => {
  it.each(PLACEHOLDERS)('refuses %j as user, device and session, and names the field', (text) => {
    for (const field of ['user', 'device', 'session'])
      expect(refusal({ [field]: text }, false)).toBe(`EVENT_USER_INVALID ${field}`);
  });

  it.each(SHARED)('refuses %j in $identify, and takes it from other events', (text) => {
    expect(refusal({ user: text }, true)).toBe('EVENT_USER_INVALID user');
    expect(refusal({ user: 'ann', device: text }, true)).toBe('EVENT_USER_INVALID device');
    expect(identityOf({ user: text }, false, rules).user).toBe(text);
    // Sessions are counted from 0 by some.
    expect(identityOf({ user: 'ann', session: text }, true, rules).session).toBe(text);
  });

  it('refuses an $identify without a user, and other events need none', () => {
    expect(refusal({}, true)).toBe('EVENT_USER_INVALID user');
    expect(refusal({ user: null, device: 'd' }, true)).toBe('EVENT_USER_INVALID user');
    expect(identityOf({ user: null }, false, rules)).toEqual({ user: '', device: '', session: '' });
  });

  it('makes texts of numbers, but of those that a double may have rounded', () => {
    expect(identityOf({ user: 12345, device: 0, session: 1.5 }, false, rules)).toEqual({
      user: '12345',
      device: '0',
      session: '1.5',
    });
    expect(identityOf({ user: 2 ** 53 - 1 }, true, rules).user).toBe('9007199254740991');
    expect(refusal({ user: 2 ** 53 }, true)).toBe('EVENT_USER_INVALID user');
    expect(refusal({ user: 0 }, true)).toBe('EVENT_USER_INVALID user');
  });

  it.each([true, {}, ['ann'], 'x'.repeat(41)])('refuses %j', (value) => {
    expect(refusal({ user: value }, false)).toBe('EVENT_USER_INVALID user');
  });

  it('keeps an imported row without its placeholder, and refuses an imported $identify of one', () => {
    expect(identityOf({ user: 'null', device: 'd1' }, false, imported)).toEqual({
      user: '',
      device: 'd1',
      session: '',
    });
    expect(refusal({ user: 'null' }, true, imported)).toBe('EVENT_USER_INVALID user');
  });
});
