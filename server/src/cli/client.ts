import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ERRORS } from '../model/errors.ts';
import { CommandFailure } from './failure.ts';

/** Where a command sends its requests: the socket of the server on this machine (no token needed), or a remote server. */
export type Target = { readonly socketPath: string } | { readonly url: string; readonly key: string };

export interface Client {
  /** @param body JSON text as a Buffer is sent as it is. @throws CommandFailure with the server's error */
  json(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Posts NDJSON. @throws CommandFailure */
  lines(path: string, body: Buffer): Promise<unknown>;
  stream(path: string, accept: string): Promise<IncomingMessage>;
}

/** No word from the server: it may be starting, or have done what was asked. */
export class NoAnswer extends CommandFailure {}

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
          new NoAnswer(`The server${'url' in target ? ` at ${target.url}` : ''} did not answer: ${error.message}`),
        ),
      );
      request.end(body);
    });
  }

  async function checked(response: IncomingMessage): Promise<IncomingMessage> {
    if ((response.statusCode ?? 500) < 400) return response;
    throw failureOf(await textOf(response), response.statusCode, 'key' in target ? KEY_REMEDIES : {});
  }

  return {
    async json(method, path, body) {
      const text = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
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

/** The server's error, with the remedy from the error table. */
function failureOf(
  text: string,
  status: number | undefined,
  remedies: Readonly<Record<string, string>>,
): CommandFailure {
  try {
    const { code, detail, retry } = JSON.parse(text) as { code?: string; detail?: string; retry?: boolean };
    if (code) {
      const remedy = remedies[code] ?? remedyOf(code);
      return new CommandFailure(String(detail), 1, { code, remedy, retry: retry === true });
    }
  } catch {
    // Not from Seismo: reported below.
  }
  return new CommandFailure(`The server answered ${status} without a Seismo error. Check the URL.`);
}

const KEY =
  '`--key` (or `SEISMO_KEY`) must be a write key of the app for `track`: Settings → Keys in the dashboard makes one, or `seismo key create --app APP --scope write` on the machine of the server. Other commands need an access token of an admin, from `POST /auth`.';
/** What a key given to a command can be. */
const KEY_REMEDIES = { AUTH_REQUIRED: KEY, AUTH_TOKEN_INVALID: KEY, AUTH_FORBIDDEN: KEY };

const remedyOf = (code: string): string | undefined =>
  Object.entries(ERRORS).find(([name]) => name === code)?.[1].remedy;
