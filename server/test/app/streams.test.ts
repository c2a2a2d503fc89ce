import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aRealServer, type RealServer } from './real-server.ts';

/** In lines of a kilobyte: `npm run test:faults` takes 200 MB. */
const EVENTS = process.env['FAULTS'] === 'long' ? 200_000 : 100_000;
const LINE_BYTES = 1_000;
/** The heap is held to 96 MB; beside it lie the runtime, buffers on their way and the map of the journal. */
const RESIDENT_MAX_BYTES = 400 * 1024 * 1024;

let server: RealServer;
beforeAll(async () => {
  // On a busy machine the engine takes longer than the usual 5 s to have them all.
  server = await aRealServer({ nodeArgs: ['--max-old-space-size=96'], args: ['--fresh-timeout-ms', '60000'] });
});
afterAll(async () => {
  await server.remove();
});

/** Event `n` happened n milliseconds into 2026. */
function lineOf(n: number): string {
  const head = `{"event":"visited","uuid":"00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}","timestamp":${Date.UTC(2026, 0, 1) + n},"user":"u${n % 1000}","data":{"n":${n},"filler":"`;
  return `${head}${'x'.repeat(LINE_BYTES - head.length - 4)}"}}\n`;
}

async function postAll(): Promise<{ status: number; body: { [name: string]: unknown } }> {
  const headers = { ...server.headers, 'content-type': 'application/x-ndjson' };
  const request = httpRequest(`${server.url}/api/events/flood`, { method: 'POST', headers });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  for (let from = 0; from < EVENTS; from += 100) {
    let piece = '';
    for (let n = from; n < from + 100; n++) piece += lineOf(n);
    if (!request.write(piece)) await once(request, 'drain');
  }
  request.end();
  const [response] = await answered;
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode!, body: JSON.parse(text) as { [name: string]: unknown } };
}

/** Reads all of it; stands still now and then, as a slow reader does. */
async function readAll(accept: string, query: string, onLine: (line: string) => void): Promise<void> {
  const headers = { ...server.headers, accept };
  const request = httpRequest(`${server.url}/api/events/flood?${query}`, { headers }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  let open = '';
  let bytes = 0;
  let nextPause = 20_000_000;
  for await (const chunk of response) {
    const lines = (open + chunk).split('\n');
    open = lines.pop()!;
    for (const line of lines) onLine(line);
    bytes += (chunk as Buffer).length;
    if (bytes < nextPause) continue;
    nextPause += 20_000_000;
    // Meanwhile the engine serves others: the reader holds no session.
    for (let i = 0; i < 8; i++) {
      const report = await fetch(`${server.url}/api/reports/day/flood?date=2026-01-01`, { headers: server.headers });
      expect(((await report.json()) as { total: number }).total).toBe(EVENTS);
    }
  }
  expect(open).toBe('');
  expect(response.complete).toBe(true);
}

it('takes more lines than its heap of 96 MB holds, once', { timeout: 240_000 }, async () => {
  expect(await postAll()).toEqual({
    status: 200,
    body: { accepted: EVENTS, duplicates: 0, rejectedTotal: 0, rejected: [] },
  });
  expect(server.peakBytes() ?? 0).toBeLessThan(RESIDENT_MAX_BYTES);
});

it('gives them back as NDJSON, each once and in order, to a slow reader', { timeout: 240_000 }, async () => {
  let n = 0;
  await readAll('application/x-ndjson', 'order=asc', (line) => {
    const found = /^\{"uuid":"00000000-0000-4000-8000-(\w{12})".*"data":\{"n":(\d+),"filler":"(x+)"\}\}$/.exec(line);
    if (Number.parseInt(found?.[1] ?? '', 16) !== n || Number(found?.[2]) !== n)
      expect.fail(`line ${n} is ${line.slice(0, 300)}`);
    n++;
  });
  expect(n).toBe(EVENTS);
  expect(server.peakBytes() ?? 0).toBeLessThan(RESIDENT_MAX_BYTES);
});

it('gives them back as CSV, newest first, to a slow reader', { timeout: 240_000 }, async () => {
  let n = EVENTS;
  await readAll('text/csv', '', (line) => {
    if (n === EVENTS)
      expect(line).toBe('uuid,app,id,event,timestamp,receivedAt,clientTimestamp,user,device,session,data\r');
    else if (!line.endsWith('\r') || Number(/"\{""n"":(\d+),/.exec(line)?.[1]) !== n)
      expect.fail(`line ${n} is ${line.slice(0, 300)}`);
    n--;
  });
  expect(n).toBe(-1);
  expect(server.peakBytes() ?? 0).toBeLessThan(RESIDENT_MAX_BYTES);
});

it('gives them back as Parquet, oldest first', { timeout: 240_000 }, async () => {
  const answer = await fetch(`${server.url}/api/events/flood?order=asc&format=parquet`, { headers: server.headers });
  const file = await answer.arrayBuffer();
  expect(Number(parquetMetadata(file).num_rows)).toBe(EVENTS);
  // Some of all groups of rows: reading all of them would need gigabytes here.
  for (let rowStart = 0; rowStart < EVENTS; rowStart += 20_000) {
    const rows = await parquetReadObjects({ file, rowStart, rowEnd: rowStart + 2 });
    expect(rows.map(({ data }) => Number(/"n":(\d+)/.exec(String(data))?.[1]))).toEqual([rowStart, rowStart + 1]);
  }
  expect(server.peakBytes() ?? 0).toBeLessThan(RESIDENT_MAX_BYTES);
  expect(await server.stop()).toBe(0);
});
