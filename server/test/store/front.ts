import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Puts an engine process behind a port and a password, as a ClickHouse server is reached. */
export async function startFront(
  socketPath: string,
  user: string,
  password: string,
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
    const onward = request({ socketPath, path: asked.url, method: asked.method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
