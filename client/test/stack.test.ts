import { expect, it } from 'vitest';
import { placeOf } from '../src/stack.ts';

const V8 = (folder: string, line: number, name = 'load'): string => `TypeError: x is undefined
    at ${name} (${folder}/items.js:${line}:15)
    at async Promise.all (index 0)
    at async ${folder}/routes/shop.js:${line + 30}:3
    at Layer.handle (${folder}/node_modules/express/lib/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`;

it('is the same on another machine, after other lines moved it, and under another version of a package', () => {
  const { stack, at } = placeOf('TypeError', V8('/srv/app', 12));
  expect(at).toBe('items.js:12');
  const moved = V8('file:///home/ann/app', 99)
    .replace('layer.js:95', 'layer.js:120')
    .replace('Layer.handle', 'Layer.x');
  expect(placeOf('TypeError', moved)).toEqual({ stack, at: 'items.js:99' });
});

it('differs by the kind of error and by the place', () => {
  const { stack } = placeOf('TypeError', V8('/srv/app', 12));
  expect(placeOf('RangeError', V8('/srv/app', 12)).stack).not.toBe(stack);
  expect(placeOf('TypeError', V8('/srv/app', 12, 'save')).stack).not.toBe(stack);
});

it('reads the stacks of browsers, without the query of a script', () => {
  const chrome =
    'TypeError: no\n    at load (https://shop.example/app.js?v=3:12:5)\n    at https://shop.example/app.js?v=3:1:1';
  expect(placeOf('TypeError', chrome).at).toBe('app.js:12');
  expect(placeOf('TypeError', chrome.replaceAll('v=3', 'v=4'))).toEqual(placeOf('TypeError', chrome));
  const firefox = 'load@https://shop.example/app.js?v=3:12:5\n@https://shop.example/app.js?v=3:1:1\n';
  expect(placeOf('TypeError', firefox)).toEqual(placeOf('TypeError', chrome));
});

it('tells places within a page from one another', () => {
  const inPage = (name: string): string => `TypeError: no\n    at ${name} (https://shop.example/?q=1:12:5)`;
  expect(placeOf('TypeError', inPage('load')).at).toBe('/:12');
  expect(placeOf('TypeError', inPage('load')).stack).not.toBe(placeOf('TypeError', inPage('save')).stack);
});

it('makes do without a stack', () => {
  expect(placeOf('Error', '')).toEqual({ stack: expect.stringMatching(/^[\da-f]{14}$/) });
});
