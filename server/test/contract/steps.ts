/** Runs the steps of a case against a server (contract/README.md). */
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { due, sent } from './values.ts';

export interface Step {
  readonly request: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly as?: string;
    readonly body?: unknown;
    readonly lines?: readonly unknown[];
    readonly text?: string;
    readonly base64?: string;
    readonly gzip?: boolean;
  };
  readonly answer: Due;
  readonly save?: Readonly<Record<string, string>>;
}

export interface Due {
  readonly status: number;
  readonly body?: unknown;
  readonly ids?: readonly string[];
  readonly lines?: readonly unknown[];
  readonly csv?: readonly (readonly string[])[];
  readonly code?: string;
  readonly field?: string;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | null>>;
}

export interface Target {
  readonly url: string;
  readonly app: string;
  /** The token of a role; undefined for nobody. */
  token(role: string): Promise<string | undefined>;
}

export async function runSteps(steps: readonly Step[], target: Target): Promise<void> {
  const saved = new Map<string, string>();
  for (const [index, { request, answer, save }] of steps.entries()) {
    const fill = (text: string): string =>
      text.replaceAll('$app', target.app).replace(/\{(\w+)\}/g, (whole, name: string) => saved.get(name) ?? whole);
    const path = fill(request.path);
    const response = await send(target, request, path, fill);
    const text = await response.text();
    check(`step ${index}: ${request.method ?? ''} ${path}`, answer, response, text, target.app);
    for (const [name, place] of Object.entries(save ?? {})) saved.set(name, savedValue(place, response, text));
  }
}

async function send(
  target: Target,
  request: Step['request'],
  path: string,
  fill: (text: string) => string,
): Promise<Response> {
  const json = (value: unknown): string => JSON.stringify(sent(value, target.app));
  let body: string | Buffer | undefined;
  if (request.body !== undefined) body = json(request.body);
  else if (request.lines) body = request.lines.map(json).join('\n');
  else if (request.text !== undefined) body = fill(request.text);
  else if (request.base64 !== undefined) body = Buffer.from(request.base64, 'base64');
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const token = await target.token(request.as ?? 'admin');
  const headers: Record<string, string> = {
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
    ...(request.gzip && { 'content-encoding': 'gzip' }),
    ...(token !== undefined && { 'x-access-token': token }),
    ...request.headers,
  };
  const method = request.method ?? (bytes === undefined ? 'GET' : 'POST');
  const compressed = bytes && request.gzip ? gzipSync(bytes) : bytes;
  return await fetch(new URL(path, target.url), { method, headers, ...(compressed && { body: compressed }) });
}

export function check(title: string, answer: Due, response: Response, text: string, app: string): void {
  expect([title, response.status, response.status === answer.status ? '' : text]).toEqual([title, answer.status, '']);
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    expect([title, name, response.headers.get(name)]).toEqual([title, name, value]);
  if (answer.code !== undefined) {
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const { code, field, ...members } = JSON.parse(text) as Record<string, unknown>;
    expect([title, code]).toEqual([title, answer.code]);
    if (answer.field !== undefined) expect([title, field]).toEqual([title, answer.field]);
    expect([title, members]).toMatchObject([title, due(answer.members ?? {}, members, app) as object]);
  } else if (answer.status === 204) {
    expect([title, text]).toEqual([title, '']);
  } else if (answer.ids) {
    expect([title, (JSON.parse(text) as { id: string }[]).map(({ id }) => id)]).toEqual([title, answer.ids]);
  } else {
    const is = answer.lines ? linesOf(text) : answer.csv ? parse(text) : JSON.parse(text);
    expect([title, is]).toEqual([title, due(answer.lines ?? answer.csv ?? answer.body, is, app)]);
  }
}

const linesOf = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

function savedValue(place: string, response: Response, text: string): string {
  const link = /^link:(\w+)$/.exec(place)?.[1];
  if (link !== undefined) return new RegExp(`<([^>]+)>; rel="${link}"`).exec(response.headers.get('link') ?? '')![1]!;
  let value: unknown = JSON.parse(text);
  for (const key of place.split('/').slice(1)) value = (value as Readonly<Record<string, unknown>>)[key];
  return String(value);
}
