import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Puts an engine process behind a port and a password, as a ClickHouse server is reached. */
export async function startFront(
  socketPath: string,
  user: string,
  password: string,
  port = 0,
): Promise<{ url: string; close(): Promise<void> }> {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const server: Server = createServer((asked, answer) => {
    if (asked.headers.authorization !== expected) {
      asked.resume();
      answer
        .writeHead(403, { 'x-clickhouse-exception-code': '516' })
        .end('Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)');
      return;
    }
    const { authorization: _, host: __, ...headers } = asked.headers;
    if (headers['content-type']?.startsWith('multipart/form-data') === true) {
      forwardForm(socketPath, asked, answer).catch(() => answer.destroy());
      return;
    }
    const onward = request({ socketPath, path: asked.url, method: asked.method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server reads long parameters from a form as well; the engine process has no need to: they go into the address here. */
async function forwardForm(socketPath: string, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  const form = await new Response(Buffer.concat(chunks), {
    headers: { 'content-type': asked.headers['content-type']! },
  }).formData();
  const url = new URL(asked.url!, 'http://engine');
  let query = '';
  for (const [name, value] of form) {
    if (name === 'query') query = String(value);
    else url.searchParams.set(name, String(value));
  }
  const onward = request({ socketPath, path: `${url.pathname}${url.search}`, method: 'POST' }, (got) => {
    answer.writeHead(got.statusCode ?? 500, got.headers);
    got.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  onward.end(query);
}
