import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from './fake-server.ts';

export interface SitePage {
  readonly html: string;
  /** 200 unless given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** So late it is answered. */
  readonly delayMs?: number;
}

/** A web site of somebody, elsewhere than Seismo: by path, what it answers. All else is 404. */
export async function aSite(pages: Readonly<Record<string, SitePage | string>>): Promise<string> {
  const server = createServer((request, response) => {
    const page = pages[(request.url ?? '').split('?')[0]!];
    if (page === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { html, status = 200, headers, delayMs }: SitePage = typeof page === 'string' ? { html: page } : page;
    setTimeout(() => {
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);
    }, delayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
