/** The examples of a page: a request in one block, and in the next what the server answers. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Differ at every run. */
const VOLATILE = new Set([
  ...['uuid', 'receivedAt', 'createdAt', 'updatedAt', 'expiresAt', 'token', 'key', 'env', 'url', 'instance', 'next'],
  ...['bytesOnDisk', 'memoryBytes', 'rememberedIdsBytes', 'loadedBlocks', 'parts'],
  ...['startedAt', 'finishedAt', 'freeBytes', 'totalBytes', 'signedInAt', 'lastUsedAt'],
]);

export interface Example {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  readonly isJson: boolean;
  readonly answer: string;
}

export function examplesOf(path: string): Example[] {
  const page = readFileSync(path, 'utf8');
  return [...page.matchAll(/```http\n([\s\S]*?)```\n```(json|text) (\d+)\n([\s\S]*?)```/g)].map(
    ([, request = '', kind, status, answer = '']) => {
      const [head = '', ...rest] = request.split('\n\n');
      const [line = '', ...headers] = head.trim().split('\n');
      const [, method = '', path = ''] = /^([A-Z]+) (.*)$/.exec(line)!;
      return {
        method,
        path,
        headers: Object.fromEntries(headers.map((header) => header.split(': ', 2) as [string, string])),
        body: rest.length > 0 ? rest.join('\n\n') : undefined,
        status: Number(status),
        isJson: kind === 'json',
        answer,
      };
    },
  );
}

/** Ids of saved things and of sessions. */
const MADE_UP = /^(?:[0-9a-f]{12}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Without what differs at every run; its type stays. */
const steady = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(steady)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([key, each]) => [
            key,
            VOLATILE.has(key) || MADE_UP.test(String(each)) || (key === 'version' && typeof each === 'string')
              ? typeof each
              : steady(each),
          ]),
        )
      : value;

/** Asks in order, and compares each answer with what the page says. @param seen is given every JSON answer */
export async function runExamples(
  all: readonly Example[],
  url: string,
  token: string,
  seen: (example: Example, answer: unknown) => void = () => {},
): Promise<void> {
  /** What the page says → what it is here: ids and tokens that a later example uses. */
  const known: [string, string][] = [];
  let signedIn = '';
  for (const example of all) {
    const { method, path, headers, body, status, isJson, answer } = example;
    const here = (text: string): string => known.reduce((so, [said, is]) => so.replaceAll(said, is), text);
    const target = here(path);
    const sent = { 'X-Access-Token': token, ...headers };
    if (headers['X-Access-Token']?.startsWith('token of')) sent['X-Access-Token'] = signedIn;
    const response = await fetch(new URL(target, url), {
      method,
      headers: sent,
      ...(body && { body: here(body) }),
    });
    const text = await response.text();
    const title = `${method} ${path}`;
    expect([title, response.status]).toEqual([title, status]);
    if (!isJson) {
      // Streams and metrics differ in ids and numbers: their first line is a heading, or a name.
      expect([title, text.split(/\r?\n/).find((line) => line !== '' && !line.startsWith('#')) ?? '(no body)']).toEqual([
        title,
        answer.split(/\r?\n/)[0],
      ]);
      continue;
    }
    const [said, is] = [JSON.parse(answer), JSON.parse(text)];
    seen(example, is);
    expect([title, steady(is)]).toEqual([title, steady(said)]);
    if (is.token) signedIn = is.token;
    if (status === 201 && is.id) known.push([said.id, is.id]);
    if (is.url) known.push([said.url, is.url]);
  }
}
