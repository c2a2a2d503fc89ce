import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ERRORS } from '../model/errors.ts';
import { CommandFailure } from './failure.ts';

/** Where a command's requests go: the socket of the server on this machine (no token needed), or a remote one. */
export type Target = { readonly socketPath: string } | { readonly url: string; readonly key: string };

export interface Client {
  /** @throws CommandFailure with what the server said */
  json(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Posts NDJSON. @throws CommandFailure */
  lines(path: string, body: Buffer): Promise<unknown>;
  stream(path: string, accept: string): Promise<IncomingMessage>;
}

export function clientOf(target: Target): Client {
  function send(
    method: string,
    path: string,
    accept: string,
    body?: string | Buffer,
    type = 'application/json',
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = {
        accept,
        ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
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
      request.on('error', (error) =>
        reject(
          new CommandFailure(
            `The server${'url' in target ? ` at ${target.url}` : ''} did not answer: ${error.message}`,
          ),
        ),
      );
      request.end(body);
    });
  }

  async function checked(response: IncomingMessage): Promise<IncomingMessage> {
    if ((response.statusCode ?? 500) < 400) return response;
    throw refusalOf(await textOf(response), response.statusCode);
  }

  return {
    async json(method, path, body) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const answer = await textOf(await checked(await send(method, path, 'application/json', text)));
      return answer === '' ? undefined : JSON.parse(answer);
    },
    async lines(path, body) {
      const answer = await send('POST', path, 'application/json', body, 'application/x-ndjson');
      return JSON.parse(await textOf(await checked(answer)));
    },
    stream: async (path, accept) => await checked(await send('GET', path, accept)),
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** What the server said, and what its table of errors says can be done. */
function refusalOf(text: string, status: number | undefined): CommandFailure {
  try {
    const { code, detail, retry } = JSON.parse(text) as { code?: string; detail?: string; retry?: boolean };
    if (code) return new CommandFailure(String(detail), 1, { code, remedy: remedyOf(code), retry: retry === true });
  } catch {
    // Not Seismo's: said below.
  }
  return new CommandFailure(`The server answered ${status}, not as a Seismo does. Is the URL right?`);
}

const remedyOf = (code: string): string | undefined =>
  Object.entries(ERRORS).find(([name]) => name === code)?.[1].remedy;
