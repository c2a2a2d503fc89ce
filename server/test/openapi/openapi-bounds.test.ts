/**
 * Made from the served OpenAPI document: for each part of each request, a request that breaks what the document says of it. Each must be
 * answered with a documented problem that names the part.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Servers } from '../faults/harness.ts';
import { answerCheckerOf, type Document, type JsonSchema, type Operation, operationsOf, resolve } from './document.ts';
import { bodyOf, pathOf, valid } from './valid-requests.ts';

const servers = new Servers();
let document: Document;
let operations: Operation[];
beforeAll(async () => {
  await servers.start();
  document = await servers.json<Document>('/openapi.json');
  operations = operationsOf(document);
});
afterAll(() => servers.remove());

/** The values that break a schema, each at one of its rules. */
function* wrongOf(given: JsonSchema): Generator<unknown> {
  const union = given.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  const schema = resolve(document, union.length === 1 ? union[0]! : given);
  const { type, minimum, maximum, minLength = 0, maxLength, minItems = 0, maxItems } = schema;
  // Of no type that any of them takes, not even as a text of a query string.
  if (schema.enum ?? ('const' in schema ? [schema.const] : undefined)) yield 'no such value';
  else if (type === 'integer' || type === 'number' || type === 'boolean' || type === 'object') yield 'no such value';
  else if (type === 'array') yield 'no list';
  if (schema.pattern !== undefined) yield '%';
  if (minimum !== undefined) yield minimum - 1;
  if (maximum !== undefined) yield maximum + 1;
  if (type === 'integer') yield 1.5;
  if (minLength > 0) yield '';
  if (maxLength !== undefined) yield 'x'.repeat(maxLength + 1);
  if (minItems > 0) yield [];
  if (maxItems !== undefined) yield Array(maxItems + 1).fill(null);
}

/** `q` may be as long as all headers together. */
const TOO_LONG_TO_SEND = 16_000;

interface Broken {
  readonly operation: Operation;
  readonly what: string;
  readonly field: string;
  readonly url: string;
  readonly body?: object;
}

function* brokenQueries(operation: Operation): Generator<Broken> {
  const { parameters } = operation;
  const required = parameters.filter((each) => each.in === 'query' && each.required);
  const base = new URLSearchParams(required.map(({ name }): [string, string] => [name, String(valid(name))]));
  const url = (search: URLSearchParams): string => `${pathOf(operation)}?${search}`;
  const body = bodyOf(operation);
  const broken = (what: string, field: string, change: (search: URLSearchParams) => void): Broken => {
    const search = new URLSearchParams(base);
    change(search);
    return { operation, what, field, url: url(search), ...(body && { body }) };
  };
  for (const { name } of required) yield broken('left out', name, (search) => search.delete(name));
  for (const { name, schema } of parameters.filter((each) => each.in === 'query')) {
    // `data.NAME` stands for every property, and what a filter may be is no matter of its type.
    for (const value of wrongOf(schema))
      if (String(value).length < TOO_LONG_TO_SEND)
        yield broken(JSON.stringify(value).slice(0, 40), name, (search) => search.set(name, String(value)));
    if (operation.responses[400]?.description.includes('PARAMETER_UNKNOWN'))
      yield broken('twice', name, (search) => {
        if (!search.has(name)) search.append(name, String(valid(name)));
        search.append(name, String(valid(name)));
      });
  }
  if (operation.responses[400]?.description.includes('PARAMETER_UNKNOWN'))
    yield broken('unknown', 'nosuch', (search) => search.set('nosuch', '1'));
}

function* brokenBodies(operation: Operation): Generator<Broken> {
  const schema = operation.body && resolve(document, operation.body);
  const base = bodyOf(operation);
  // Questions and events have more tests of their own (test/questions/fields.test.ts, contract/events.json).
  if (schema?.properties === undefined || base === undefined) return;
  const search = operation.parameters.filter((each) => each.in === 'query' && each.required);
  if (search.length > 0) throw new Error(`${operation.path} has a body and required parameters.`);
  const url = pathOf(operation);
  for (const name of schema.required ?? []) {
    const { [name]: _, ...rest } = base;
    yield { operation, what: 'left out', field: name, url, body: rest };
  }
  for (const [name, property] of Object.entries(schema.properties))
    for (const value of [[[]], ...wrongOf(property)])
      yield { operation, what: JSON.stringify(value).slice(0, 40), field: name, url, body: { ...base, [name]: value } };
  yield { operation, what: 'unknown', field: 'nosuch', url, body: { ...base, nosuch: 1 } };
}

function* brokenPaths(operation: Operation): Generator<Broken> {
  for (const { name, schema } of operation.parameters.filter((each) => each.in === 'path'))
    if (schema.pattern !== undefined)
      yield { operation, what: 'not as its pattern', field: name, url: pathOf(operation, { [name]: '!' }) };
}

async function check(broken: Iterable<Broken>): Promise<number> {
  const say = answerCheckerOf(document);
  const astray: string[] = [];
  let tried = 0;
  for (const { operation, what, field, url, body } of broken) {
    tried++;
    const { status, headers, text } = await servers.ask(operation.method, url, body && JSON.stringify(body));
    const label = `${operation.method} ${operation.path}: ${field} ${what}`;
    const fault = say(operation, status, headers['content-type'] ?? '', text);
    if (fault !== undefined) astray.push(`${label}: ${fault}`);
    else if (status < 400 || status >= 500) astray.push(`${label}: ${status}`);
    else {
      const named = (JSON.parse(text) as { field?: string }).field ?? '';
      if (named !== field && !named.startsWith(`${field}.`) && !named.startsWith(`${field}[`))
        astray.push(`${label}: names "${named}": ${text.slice(0, 300)}`);
    }
  }
  expect(astray).toEqual([]);
  return tried;
}

describe('what breaks the document is answered with a documented problem that names', () => {
  it('the parameter', async () => {
    expect(await check(operations.flatMap((each) => [...brokenQueries(each)]))).toBeGreaterThan(400);
  }, 180_000);
  it('the field of the body', async () => {
    expect(await check(operations.flatMap((each) => [...brokenBodies(each)]))).toBeGreaterThan(100);
  }, 180_000);
  it('the part of the path', async () => {
    expect(await check(operations.flatMap((each) => [...brokenPaths(each)]))).toBeGreaterThan(30);
  });
});
