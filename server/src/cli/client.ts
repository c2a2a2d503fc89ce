import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CommandFailure } from './failure.ts';

/** Where a command's requests go: the socket of the server on this machine (no token needed), or a remote one. */
export type Target = { readonly socketPath: string } | { readonly url: string; readonly key: string };

export const socketOf = (dataDir: string): string => join(dataDir, 'seismo.sock');

/** Whether a server listens on the socket of this data directory. */
export function isServed(dataDir: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketOf(dataDir));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export interface Client {
  /** @throws CommandFailure with what the server said */
  json(method: string, path: string, body?: unknown): Promise<unknown>;
  stream(path: string, accept: string): Promise<IncomingMessage>;
}

export function clientOf(target: Target): Client {
  function send(method: string, path: string, accept: string, body: string | undefined): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = {
        accept,
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...('key' in target && { 'x-access-token': target.key }),
      };
      const request =
        'socketPath' in target
          ? httpRequest({ socketPath: target.socketPath, path, method, headers })
          : (target.url.startsWith('https:') ? httpsRequest : httpRequest)(new URL(`.${path}`, `${target.url}/`), {
              method,
              headers,
            });
      request.on('response', resolve);
      request.on('error', (error) => reject(new CommandFailure(`The server did not answer: ${error.message}`)));
      request.end(body);
    });
  }

  async function checked(response: IncomingMessage): Promise<IncomingMessage> {
    if ((response.statusCode ?? 500) < 400) return response;
    throw new CommandFailure(problemText(await textOf(response), response.statusCode));
  }

  return {
    async json(method, path, body) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const answer = await textOf(await checked(await send(method, path, 'application/json', text)));
      return answer === '' ? undefined : JSON.parse(answer);
    },
    stream: async (path, accept) => await checked(await send('GET', path, accept, undefined)),
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function problemText(text: string, status: number | undefined): string {
  try {
    const { code, title, detail } = JSON.parse(text) as { code?: string; title?: string; detail?: string };
    if (code) return `${title}. ${detail} (${code})`;
  } catch {
    // Not Seismo's: said below.
  }
  return `The server answered ${status}.`;
}
