/** The questions and answers of docs/analyze, of every kind, against a server that holds the events of its README. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { QUESTIONS } from '../../src/questions/kinds.ts';
import { checkAnswer } from '../analysis/answer.ts';
import { aDocsServer, DOCS, type DocsServer } from './a-docs-server.ts';
import { examplesOf, runExamples } from './examples.ts';

const FOLDER = join(DOCS, 'analyze');
/** The README first: it posts the events. */
const PAGES = ['README.md', ...readdirSync(FOLDER).filter((name) => name !== 'README.md')];
let server: DocsServer;
beforeAll(async () => {
  server = await aDocsServer();
});

it('shows for every kind of question what the server answers, and answers are as the OpenAPI document says', {
  timeout: 120_000,
}, async () => {
  const kinds = new Set<string>();
  const examples = PAGES.flatMap((name) => examplesOf(join(FOLDER, name)));
  await runExamples(examples, server.url, server.token, ({ path, status }, answer) => {
    if (path !== '/api/query/shop' || status !== 200) return;
    const { kind } = answer as { kind: string };
    kinds.add(kind);
    checkAnswer({ ...(answer as object), kind });
  });
  expect([...kinds].toSorted()).toEqual(Object.keys(QUESTIONS).toSorted());
});
