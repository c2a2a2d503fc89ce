import { describe, expect, it } from 'vitest';
import { filtersOf } from '../../src/reports/filters.ts';
import { filterParameters } from './by-text.ts';

describe('filters', () => {
  const parse = (text: string) => filtersOf(filterParameters(new URLSearchParams(text)), 'shop');
  const property = (path: string[], literal = false) => ({ kind: 'property', path, literal });

  it('read a bare value as text and as what it spells, a quoted one as text alone', () => {
    expect(parse('data.n=1.5')).toEqual([
      { field: property(['n']), operator: 'is', matches: [{ text: '1.5', number: 1.5 }] },
    ]);
    expect(parse('data.n="1"')).toEqual([{ field: property(['n']), operator: 'is', matches: [{ text: '1' }] }]);
    expect(parse('data.b=true')[0]).toMatchObject({ matches: [{ text: 'true', boolean: true }] });
    expect(parse('data.z=null')[0]).toMatchObject({ matches: [{ text: 'null', isNull: true }] });
    // JSON spells no number so.
    expect(parse('data.n=01')[0]).toMatchObject({ matches: [{ text: '01' }] });
    expect(parse('data.n=01')[0]).not.toHaveProperty('matches.0.number');
    const uuid = '01234567-89AB-4CDE-8F01-23456789ABCD';
    expect(parse(`uuid=${uuid}`)[0]).toMatchObject({ matches: [{ text: uuid.toLowerCase() }] });
    // What `printf 'shop\\0ABC' | sha256sum` begins with, the version 8 and the variant 8 to b written over two digits.
    expect(parse('uuid[in]=ABC')[0]).toMatchObject({ matches: [{ text: 'ef75dcc3-eb77-8993-9a2f-a727ea33e5d7' }] });
    expect(parse('uuid[contains]=ABC')[0]).toMatchObject({ matches: [{ text: 'abc' }] });
    expect(parse('user=7')).toEqual([
      { field: { kind: 'column', name: 'user' }, operator: 'is', matches: [{ text: '7' }] },
    ]);
  });

  it('read paths, keys with dots, and operators', () => {
    expect(parse('data.a.b[gte]=5')).toEqual([
      { field: property(['a', 'b']), operator: 'gte', matches: [{ number: 5 }] },
    ]);
    expect(parse(`${encodeURIComponent('data["a.b"]')}=x`)[0]).toMatchObject({ field: property(['a.b'], true) });
    expect(parse(`${encodeURIComponent('data["a.b"][exists]')}=false`)[0]).toMatchObject({
      field: property(['a.b'], true),
      operator: 'exists',
      matches: [{ boolean: false }],
    });
    expect(parse('data.p[in]=a,"b,c",3')[0]).toMatchObject({
      matches: [{ text: 'a' }, { text: 'b,c' }, { text: '3', number: 3 }],
    });
    expect(parse('data.p[between]=1,5')[0]).toMatchObject({ matches: [{ number: 1 }, { number: 5 }] });
    expect(parse('date=today&limit=5')).toEqual([]);
  });

  const json = (filters: unknown) => `filters=${encodeURIComponent(JSON.stringify(filters))}`;

  it('read those of a question as JSON, beside the others', () => {
    const either = {
      or: [{ field: 'data.n', value: 1 }, { and: [{ field: 'user', operator: 'startsWith', value: 'a' }] }],
    };
    expect(parse(`${json([either])}&data.b=true`)).toEqual([
      {
        or: [
          { field: property(['n']), operator: 'is', matches: [{ number: 1 }] },
          { and: [{ field: { kind: 'column', name: 'user' }, operator: 'startsWith', matches: [{ text: 'a' }] }] },
        ],
      },
      { field: property(['b']), operator: 'is', matches: [{ text: 'true', boolean: true }] },
    ]);
    // As above: what a caller's own id became.
    expect(parse(json([{ or: [{ field: 'uuid', value: 'ABC' }] }]))).toMatchObject([
      { or: [{ matches: [{ text: 'ef75dcc3-eb77-8993-9a2f-a727ea33e5d7' }] }] },
    ]);
    expect(parse(json([]))).toEqual([]);
  });
});
