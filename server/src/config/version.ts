import { readFileSync } from 'node:fs';

/** Of the package. package.json is in the same place relative to src and dist. */
export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
