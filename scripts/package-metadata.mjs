// What the published packages say about where they come from. It is set in one place, `repository` in the package.json of the root, as in
// "github:owner/name"; it is not set yet, since the public address is not decided.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const GITHUB = /^github:([\w.-]+\/[\w.-]+)$/;

/** @returns {string | undefined} the address of the repository, such as https://github.com/owner/name */
export function repositoryUrl() {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (repository === undefined) return undefined;
  const [, name] = GITHUB.exec(repository) ?? [];
  if (name === undefined) throw new Error('`repository` in package.json must be like "github:owner/name".');
  return `https://github.com/${name}`;
}

/** The package.json fields of one workspace. */
export const metadata = (url, directory) => ({
  homepage: `${url}#readme`,
  bugs: `${url}/issues`,
  repository: { type: 'git', url: `git+${url}.git`, directory },
});

/** A README for npm, where links into the repository do not work: they become absolute, or plain text when no address is known. */
export function withAbsoluteLinks(markdown, url) {
  return markdown.replace(
    /(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)((?:[^()]|\([^()]*\))*)\)/g,
    (_, image, text, path) => {
      if (url === undefined) return image ? '' : text;
      return `${image}[${text}](${url}/${image ? 'raw' : 'blob'}/main/${path.replace(/^(\.\.?\/)+/, '')})`;
    },
  );
}
