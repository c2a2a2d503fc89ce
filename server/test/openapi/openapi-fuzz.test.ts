/**
 * Requests of all kinds, right and wrong, made from the served OpenAPI document: each must be answered as the document says, with a status and
 * a code that it lists and a body of its schema. `FUZZ_REQUESTS` says how many an operation (10), `FUZZ_SEED` which.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Servers } from '../faults/harness.ts';
import { answerCheckerOf, type Document, type JsonSchema, type Operation, operationsOf, resolve } from './document.ts';
import { bodyOf, pathOf, valid } from './valid-requests.ts';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 10);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_130);
const AT_ONCE = 8;

/** What ends the session of the test, and what never ends by itself. */
const NOT_ASKED = new Set(['DELETE /auth', 'DELETE /auth/sessions', 'PUT /auth/password', 'GET /api/live/{app}']);

const servers = new Servers();
let document: Document;
beforeAll(async () => {
  await servers.start();
  document = await servers.json<Document>('/openapi.json');
  const events = Array.from({ length: 50 }, (_, i) => ({
    event: i % 3 === 0 ? 'paid' : 'seen',
    user: `u${i % 7}`,
    timestamp: Date.UTC(2026, 2, 1) + i * 3_600_000,
    data: { plan: i % 2 === 0 ? 'pro' : 1, ms: i },
  }));
  expect((await servers.ask('POST', '/api/events/shop', JSON.stringify(events))).status).toBe(200);
  await servers.drained();
});
afterAll(() => servers.remove());

const TEXTS = [
  '',
  '0',
  '-1',
  '1.5',
  'true',
  'null',
  '[]',
  '{}',
  'today',
  '2026-03-05',
  '2026-02-30',
  'Europe/Berlin',
  '%00',
  '💥',
  '"',
];
const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 5_000, minLength: 3_000 }) },
);
const anyJson = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e20, '', 'x', [], {}, [null]) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Mostly as the schema says. */
function like(given: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  const schema = resolve(document, given);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (depth > 4) return fc.constant({});
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => like(each, depth + 1)));
  const { minimum = -1_000, maximum = 1_000_000 } = schema;
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -2e9), max: Math.min(maximum, 2e9) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const { minItems = 0, maxItems = 3 } = schema;
      return fc.array(like(schema.items ?? {}, depth + 1), {
        minLength: minItems,
        maxLength: Math.max(minItems, Math.min(maxItems, 3)),
      });
    }
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, each]) => [name, oneOf(name, each, depth + 1)]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    case 'string':
      return schema.pattern === undefined
        ? fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 30, 30) })
        : fc.oneof(fc.stringMatching(new RegExp(schema.pattern)), anyText);
    default:
      return anyJson;
  }
}

/** Right by name, or as the schema says, or anything. */
const oneOf = (name: string, schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(valid(name)) },
    { weight: 5, arbitrary: like(schema, depth) },
    { weight: 1, arbitrary: anyJson },
  );

interface Asked {
  readonly url: string;
  readonly body: string | undefined;
}

function requestsOf(operation: Operation): fc.Arbitrary<Asked> {
  const of = (place: 'path' | 'query') => operation.parameters.filter((each) => each.in === place);
  const required = of('query').filter((each) => each.required);
  const text = (name: string, schema: JsonSchema): fc.Arbitrary<string> =>
    fc.oneof({ weight: 4, arbitrary: oneOf(name, schema).map(asText) }, { weight: 1, arbitrary: anyText });
  const query = fc.record(Object.fromEntries(of('query').map(({ name, schema }) => [name, text(name, schema)])), {
    requiredKeys: required.map(({ name }) => name),
  });
  const path = fc.record(
    Object.fromEntries(
      of('path').map(({ name, schema }) => [
        name,
        fc.oneof(
          { weight: 9, arbitrary: fc.constant(String(valid(name))) },
          { weight: 1, arbitrary: text(name, schema).map((each) => each.slice(0, 400)) },
        ),
      ]),
    ),
  );
  const body: fc.Arbitrary<string | undefined> =
    operation.body === undefined
      ? fc.constant(undefined)
      : fc.oneof(
          { weight: 6, arbitrary: like(operation.body).map((each) => JSON.stringify(each)) },
          { weight: 2, arbitrary: fc.constant(JSON.stringify(bodyOf(operation) ?? {})) },
          { weight: 1, arbitrary: anyJson.map((each) => JSON.stringify(each)) },
          { weight: 1, arbitrary: fc.constantFrom('', '{', '{"a":1', '\u0000') },
        );
  return fc.record({ path, query, body }).map((each) => {
    const search = new URLSearchParams(
      Object.entries(each.query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return { url: `${pathOf(operation, each.path)}${search.size > 0 ? `?${search}` : ''}`, body: each.body };
  });
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

it(`${REQUESTS} requests of each operation are answered as the document says`, {
  timeout: 600_000 + REQUESTS * 10_000,
}, async () => {
  const operations = operationsOf(document).filter(({ method, path }) => !NOT_ASKED.has(`${method} ${path}`));
  const say = answerCheckerOf(document);
  const astray: string[] = [];
  const answered = new Map<number, number>();
  for (const operation of operations) {
    const left = fc.sample(requestsOf(operation), { seed: SEED, numRuns: REQUESTS });
    const work = async (): Promise<void> => {
      for (let asked = left.pop(); asked !== undefined; asked = left.pop()) {
        const { status, headers, text } = await servers.ask(operation.method, asked.url, asked.body);
        answered.set(status, (answered.get(status) ?? 0) + 1);
        const fault = status === 500 ? `500: ${text}` : say(operation, status, headers['content-type'] ?? '', text);
        if (fault !== undefined)
          astray.push(`${operation.method} ${asked.url.slice(0, 300)} ${asked.body?.slice(0, 300) ?? ''}: ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
  expect(astray.slice(0, 20)).toEqual([]);
  // Else nothing that matters was asked.
  expect(answered.get(200)).toBeGreaterThan(operations.length);
  expect(answered.get(400)).toBeGreaterThan(operations.length);
});
