/** Every relative link of every page leads to a file that exists, and its anchor to a heading of that file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDERS = ['docs', 'examples', 'contract', 'bench/results'];
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'client/README.md'],
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

/** The anchors that GitHub gives to headings: lower case, without punctuation, with hyphens for spaces; a repeated one gets a number. */
function anchorsOf(path: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading] of withoutCode(readFileSync(path, 'utf8')).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

function brokenLinks(page: string): string[] {
  const text = withoutCode(readFileSync(join(ROOT, page), 'utf8')).replace(/`[^`\n]*`/g, '');
  const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.filter((link) => {
    const [file, anchor] = link.split('#');
    const target = file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file!);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(target).has(anchor);
  });
}

it('has no link to a file or a heading that does not exist', () => {
  const broken = PAGES.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`));
  expect(broken).toEqual([]);
});

it('looks at every page of the documentation', () => {
  const linked = PAGES.map((page) => relative(ROOT, join(ROOT, page)));
  for (const page of ['README.md', 'CONTRIBUTING.md', 'docs/errors.md', 'docs/decisions/hot-columns.md'])
    expect(linked).toContain(page);
});

it('lists every decision in docs/decisions/README.md', () => {
  const folder = join(ROOT, 'docs/decisions');
  const index = readFileSync(join(folder, 'README.md'), 'utf8');
  const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(files.filter((name) => !index.includes(`](${name})`))).toEqual([]);
});
