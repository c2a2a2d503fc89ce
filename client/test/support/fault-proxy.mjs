// A proxy that hurts what passes: for the tests of the clients and for bench/client.mjs.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

/** What may happen to a request; in half of them the server has stored the events and the client does not learn of it. */
export const FAULTS = [
  'resetAtOnce',
  'resetRequest',
  'truncateRequest',
  'resetAnswer',
  'truncateAnswer',
  'delayAnswer',
  'hang',
  '429',
  '500',
  '503',
];

const PROBLEMS = {
  429: ['RATE_LIMITED', '0'],
  500: ['BUG', undefined],
  503: ['JOURNAL_FULL', '0'],
};

/**
 * @param {string} target the server's address
 * @param {() => string} choose which fault the next request meets; `none` lets it pass
 */
export async function startFaultProxy(target, choose) {
  const upstream = new URL(target);
  /** @type {Record<string, number>} */
  const met = {};
  const server = createServer(async (request, response) => {
    const fault = choose();
    met[fault] = (met[fault] ?? 0) + 1;
    if (fault === 'resetAtOnce') return reset(request.socket);
    try {
      const chunks = [];
      for await (const chunk of request) {
        chunks.push(chunk);
        if (fault === 'resetRequest') return reset(request.socket);
      }
      if (fault in PROBLEMS) return refuse(response, fault);
      await forward(request, response, Buffer.concat(chunks), fault);
    } catch {
      // The client gave up, or the server is away.
      request.socket.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const reset = (socket) => {
    socket.resetAndDestroy();
  };

  function refuse(response, fault) {
    const [code, retryAfter] = PROBLEMS[fault];
    response.writeHead(Number(fault), {
      'content-type': 'application/problem+json',
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    });
    response.end(JSON.stringify({ status: Number(fault), code, detail: 'By the proxy.' }));
  }

  async function forward(request, response, body, fault) {
    const cut = fault === 'truncateRequest' ? body.subarray(0, body.length >> 1) : body;
    const socket = connect(Number(upstream.port), upstream.hostname);
    socket.on('error', () => request.socket.destroy());
    const names = Object.entries(request.headers).filter(([name]) => name !== 'connection');
    socket.write(
      `${request.method} ${request.url} HTTP/1.1\r\n${names.map(([name, value]) => `${name}: ${value}\r\n`).join('')}connection: close\r\n\r\n`,
    );
    // Where it is cut short, the connection ends there.
    if (fault === 'truncateRequest') socket.end(cut);
    else socket.write(cut);
    const parts = [];
    for await (const part of socket) parts.push(part);
    const answer = Buffer.concat(parts);
    const client = response.socket;
    if (fault === 'resetAnswer' || answer.length === 0) return reset(client);
    if (fault === 'hang') return;
    if (fault === 'delayAnswer') await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 100));
    // As it came, past Node's own writing of answers.
    client?.end(fault === 'truncateAnswer' ? answer.subarray(0, answer.length - 10) : answer);
  }

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    met,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Mulberry32: the same faults for the same seed. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
