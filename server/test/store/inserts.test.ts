/** What a ClickHouse server is told with each insert, and what its refusals mean. No engine: a server that notes what is asked. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SeismoError } from '../../src/model/errors.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { InsertRejected, type Store } from '../../src/store/store.ts';

let server: Server;
let store: Store;
let asked: { statement: string; settings: URLSearchParams }[];
/** What the next INSERT INTO events is answered with. */
let refusal: number | undefined;

beforeEach(async () => {
  asked = [];
  refusal = undefined;
  server = createServer(async (request, response) => {
    const settings = new URL(request.url!, 'http://localhost').searchParams;
    let body = '';
    for await (const piece of request) body += piece;
    const statement = settings.get('query') ?? body;
    asked.push({ statement, settings });
    if (refusal !== undefined && statement.startsWith('INSERT INTO events')) {
      response.writeHead(500, { 'x-clickhouse-exception-code': `${refusal}` });
      response.end(`Code: ${refusal}. DB::Exception: As the test wants it. (AS_IT_IS_CALLED)`);
    } else response.end(statement.includes('SELECT max(version)') ? '{"version":0}\n' : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const logger = { info() {}, warn() {}, error() {} };
  const target = { url: `http://127.0.0.1:${port}`, database: 'seismo' };
  store = createClickHouseStore({ connection: openConnection(target, { logger }), zoneOf: () => 'UTC' });
  await store.open();
});
afterEach(async () => {
  await store.close();
  await new Promise((resolve) => server.close(resolve));
});

const JOURNAL = '11111111-2222-4333-8444-555555555555';
const block = {
  journal: JOURNAL,
  firstSeq: 1,
  endSeq: 2,
  rows: 1,
  token: 't',
  rowVersion: 2,
  payload: [Buffer.from('row')],
};

it('is told with every insert that it must not be queued, since a queued one is not one block', async () => {
  await store.insert(block);
  const inserts = asked.filter(({ statement }) => statement.startsWith('INSERT'));
  // The version of the schema, and the block.
  expect(inserts.map(({ statement }) => statement.split(' ')[2])).toEqual(['schema_versions', 'events']);
  expect(inserts.map(({ settings }) => settings.get('async_insert'))).toEqual(['0', '0']);
});

it.each([
  // A replica died under it ("Attempt to read after eof"); no disk; no quorum; status unknown.
  [32, 'STORE_UNAVAILABLE'],
  [243, 'STORE_UNAVAILABLE'],
  [285, 'STORE_UNAVAILABLE'],
  [319, 'STORE_UNAVAILABLE'],
  // The rows themselves: cannot parse.
  [27, 'InsertRejected'],
])('takes the code %i for %s', async (code, meaning) => {
  refusal = code;
  const failure: unknown = await store.insert(block).catch((error: unknown) => error);
  expect(failure instanceof InsertRejected ? failure.name : (failure as SeismoError).code).toBe(meaning);
  expect(failure).toBeInstanceOf(meaning === 'InsertRejected' ? InsertRejected : SeismoError);
});
