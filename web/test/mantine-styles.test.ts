/** The list of Mantine's styles in src/mantine.css against the built scripts, which carry the class names of the components that are used. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ALL = createRequire(import.meta.url).resolve('@mantine/core/styles.css');
const FOLDER = join(dirname(ALL), 'styles');
/** How Mantine names the classes of its components. */
const CLASS = /\bm_[0-9a-f]{6,8}\b/g;
/** These are of no component. */
const GENERAL = ['baseline.css', 'default-css-variables.css', 'global.css'];

const classesOf = (text: string): string[] => [...new Set(text.match(CLASS) ?? [])];
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const listed = [...readFileSync(at('../src/mantine.css'), 'utf8').matchAll(/styles\/([\w-]+\.css)/g)].map(
  ([, name]) => name!,
);

it('imports the styles of the components in the scripts, and of no others', () => {
  const assets = at('../../server/dist/web/assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const used = new Set(scripts.flatMap((name) => classesOf(readFileSync(join(assets, name), 'utf8'))));
  const due = readdirSync(FOLDER).filter(
    (name) => !name.endsWith('.layer.css') && classesOf(read(name)).some((one) => used.has(one)),
  );
  expect(due.length).toBeGreaterThan(40);
  expect(listed.toSorted()).toEqual([...GENERAL, ...due].toSorted());
});

it("imports them in the order of Mantine's one file", () => {
  const all = readFileSync(ALL, 'utf8');
  const positions = listed.map((name) => all.indexOf(read(name).trim().slice(0, 60)));
  expect(Math.min(...positions)).toBeGreaterThanOrEqual(0);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
});
