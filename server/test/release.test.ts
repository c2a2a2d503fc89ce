/** The parts of `npm run release` that need neither git nor npm. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withAbsoluteLinks } from '../../scripts/package-metadata.mjs';
import { changelogFaults, contentFaults, isNewer, VERSION_FILES, withVersion } from '../../scripts/release.mjs';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

it('asks for a heading of the version with its day, and for an empty [Unreleased]', () => {
  const ready = '# Changelog\n\n## [Unreleased]\n\n## [2.1.0] - 2026-12-01\n\n- A\n\n## [2.0.0] - 2026-11-30\n\n- B\n';
  expect(changelogFaults(ready, '2.1.0')).toEqual([]);
  expect(changelogFaults(ready, '2.2.0')).toEqual(['CHANGELOG.md has no heading "## [2.2.0] - YYYY-MM-DD".']);
  expect(changelogFaults(ready, '2.1')).toHaveLength(1);
  const waiting = ready.replace('## [Unreleased]\n', '## [Unreleased]\n\n### Added\n\n- C\n');
  expect(changelogFaults(waiting, '2.1.0')).toEqual([
    'Move the entries under [Unreleased] in CHANGELOG.md to [2.1.0].',
  ]);
});

it('takes a newer version alone', () => {
  expect([isNewer('2.0.1', '2.0.0'), isNewer('2.10.0', '2.9.9'), isNewer('3.0.0', '2.9.9')]).toEqual([
    true,
    true,
    true,
  ]);
  expect([isNewer('2.0.0', '2.0.0'), isNewer('2.9.9', '2.10.0'), isNewer('1.9.9', '2.0.0')]).toEqual([
    false,
    false,
    false,
  ]);
});

it.each(VERSION_FILES)('sets the version of a client in another language: %s', (path) => {
  const text = readFileSync(join(REPOSITORY, path), 'utf8');
  expect(withVersion(text, '3.14.159').match(/"[^"]*"/g)).toEqual(['"3.14.159"']);
});

it('names what a package lacks and what it must not have', () => {
  const whole = ['README.md', 'LICENSE', 'dist/node.js', 'dist/node.cjs', 'dist/node.d.ts', 'dist/seismo.js'];
  expect(contentFaults('client', [...whole, 'package.json'])).toEqual([]);
  expect(contentFaults('client', [...whole.slice(1), 'src/node.ts'])).toEqual([
    'The package of client has no README.md.',
    'The package of client must not have src/node.ts.',
  ]);
});

it('gives a README for npm absolute links, or none when no address is known', () => {
  const text = '![Page](docs/a.png) [how](docs/a.md#x) [there](https://b.example) [up](../README.md) [here](#c)';
  expect(withAbsoluteLinks(text, 'https://c.example/d')).toBe(
    '![Page](https://c.example/d/raw/main/docs/a.png) [how](https://c.example/d/blob/main/docs/a.md#x) [there](https://b.example) [up](https://c.example/d/blob/main/README.md) [here](#c)',
  );
  expect(withAbsoluteLinks(text, undefined)).toBe(' how [there](https://b.example) up [here](#c)');
});
