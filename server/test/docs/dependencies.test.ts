/** docs/dependencies.md against the package.json files and what is installed. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const json = (path: string) => createRequire(import.meta.url)(at(path));

const root = json('package.json');
const packages = ['package.json', ...(root.workspaces as string[]).map((name) => `${name}/package.json`)].map(json);
type Field = 'dependencies' | 'optionalDependencies' | 'devDependencies';
const versions = (fields: readonly Field[]): Record<string, string> =>
  Object.assign({}, ...packages.flatMap((each) => fields.map((field) => each[field] ?? {})));

function licenceOf(name: string): string {
  const folder = ['', ...(root.workspaces as string[]).map((each) => `${each}/`)]
    .map((prefix) => `${prefix}node_modules/${name}/package.json`)
    .find((path) => existsSync(at(path)))!;
  const { license, licenses } = json(folder);
  // An old spelling, which some still use.
  return license ?? licenses[0].type;
}

/** The page says why: only tests load the first, the others are in the public domain. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'axe-core': 'MPL-2.0',
  isbot: 'Unlicense',
  '@ip-location-db/geo-whois-asn-country-mmdb': 'CC0-1.0',
};

const page = readFileSync(at('docs/dependencies.md'), 'utf8');
const rows = (heading: string): string[][] => {
  const section = page.slice(page.indexOf(`## ${heading}`)).split(/\n## /)[0]!;
  return [...section.matchAll(/^\| `([^`]+)` \| (\S+) \| ([^|]+) \| (.+) \|$/gm)].map((row) => row.slice(1, 5));
};

it.each([
  ['When it runs', ['dependencies', 'optionalDependencies']],
  ['For building and testing', ['devDependencies']],
] as const)('%s: every one of the %s, with version, licence and why, and no other', (heading, fields) => {
  const listed = rows(heading);
  const due = Object.entries(versions(fields)).map(([name, version]) => [name, version, licenceOf(name)]);
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
