/** docs/dependencies.md against the package.json files and what is installed. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const json = (path: string) => createRequire(import.meta.url)(at(path));

const root = json('package.json');
const packages = ['package.json', ...(root.workspaces as string[]).map((name) => `${name}/package.json`)].map(json);
const versions = (field: 'dependencies' | 'devDependencies'): Record<string, string> =>
  Object.assign({}, ...packages.map((each) => each[field] ?? {}));

function licenceOf(name: string): string {
  const folder = ['', ...(root.workspaces as string[]).map((each) => `${each}/`)]
    .map((prefix) => `${prefix}node_modules/${name}/package.json`)
    .find((path) => existsSync(at(path)))!;
  return json(folder).license;
}

/** The page says why: only tests load the one, the other is in the public domain. */
const EXCEPTIONS: Readonly<Record<string, string>> = { 'axe-core': 'MPL-2.0', isbot: 'Unlicense' };

const page = readFileSync(at('docs/dependencies.md'), 'utf8');
const rows = (heading: string): string[][] => {
  const section = page.slice(page.indexOf(`## ${heading}`)).split(/\n## /)[0]!;
  return [...section.matchAll(/^\| `([^`]+)` \| (\S+) \| ([^|]+) \| (.+) \|$/gm)].map((row) => row.slice(1, 5));
};

it.each([
  ['When it runs', 'dependencies'],
  ['For building and testing', 'devDependencies'],
] as const)('%s: every one of the %s, with version, licence and why, and no other', (heading, field) => {
  const listed = rows(heading);
  const due = Object.entries(versions(field)).map(([name, version]) => [name, version, licenceOf(name)]);
  expect(listed.map((row) => row.slice(0, 3)).toSorted()).toEqual(due.toSorted());
  for (const [name, version, licence, why] of listed) {
    expect([name, version]).toEqual([name, expect.stringMatching(/^(npm:[a-z0-9-]+@)?\d+\.\d+\.\d+$/)]);
    expect([name, licence]).toEqual([
      name,
      EXCEPTIONS[name!] ?? expect.stringMatching(/^(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|MIT OR Apache-2\.0)$/),
    ]);
    expect(why!.length).toBeGreaterThan(5);
  }
});
