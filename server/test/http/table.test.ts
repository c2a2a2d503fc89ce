import { expect, it } from 'vitest';
import type { Call } from '../../src/http/route.ts';
import { respondAs } from '../../src/http/table.ts';

const call = { reply: { header: () => undefined } } as unknown as Call;
const table = {
  columns: [{ name: 'plan' }, { name: 'total' }],
  rows: () => [
    ['=1+1', -10.5],
    ['-10.5', -3],
    ["'=x", 1e21],
    [-0.5, null],
    [{ a: '=1' }, ['-1']],
  ],
};

it('guards texts alone in a safe CSV: numbers stay numbers, whatever their sign', () => {
  expect(respondAs('csv', call, undefined, () => table, true)).toBe(
    'plan,total\r\n"\'=1+1",-10.5\r\n-10.5,-3\r\n"\'\'=x",1e+21\r\n-0.5,\r\n"{""a"":""=1""}","[""-1""]"\r\n',
  );
});
