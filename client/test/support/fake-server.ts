import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { SentEvent } from '../../src/event.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Of a batch. */
  readonly events: readonly SentEvent[];
  readonly sentAt: number | undefined;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface FakeServer {
  readonly url: string;
  readonly received: Received[];
}

/** What is opened last is closed first. */
export const atEnd = (close: () => Promise<unknown>): void => onTestFinished(async () => void (await close()));

export const stored = ({ events }: Received): Reply => ({
  body: { accepted: events.length, duplicates: 0, rejectedTotal: 0, rejected: [] },
});
/** As Seismo refuses. */
export const problem = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  body: { status, code, title: 'Refused', detail: `Refused: ${code}.` },
});

/** A server that writes down what it gets and answers as told; `hang` never answers, `reset` cuts the connection. */
export async function aServer(
  answer: (request: Received, index: number) => Reply | 'hang' | 'reset' = stored,
): Promise<FakeServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const body = text.startsWith('{"sentAt"') ? JSON.parse(text) : {};
    const { method = '', url = '', headers } = request;
    const one: Received = { method, url, headers, text, events: body.events ?? [], sentAt: body.sentAt };
    received.push(one);
    const reply = answer(one, received.length - 1);
    if (reply === 'hang') return;
    if (reply === 'reset') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
