import http from 'node:http';
import https from 'node:https';
import type { Send } from '../runtime.ts';

/** An answer to a batch lists at most its events; an answer to a question is bounded by the server. */
const IDLE_MS = 4_000;

/**
 * Sends over sockets that do not keep the process alive, not even while an answer is awaited: Node's `fetch` does. Callers
 * that await an answer keep it alive with a timer of their own.
 */
export function createHttpSend(): Send {
  const agents = {
    // Shorter than the 5 s for which Node's own servers keep an idle connection.
    'http:': new http.Agent({ keepAlive: true, timeout: IDLE_MS }),
    'https:': new https.Agent({ keepAlive: true, timeout: IDLE_MS }),
  };
  return ({ method, url, headers, body, timeoutMs }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const secure = target.protocol === 'https:';
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      const request = (secure ? https : http).request(target, {
        method,
        agent: agents[secure ? 'https:' : 'http:'],
        headers: { ...headers, ...(bytes && { 'content-length': bytes.length }) },
      });
      const timer = setTimeout(
        () => request.destroy(new Error(`No answer within ${timeoutMs} ms.`)),
        timeoutMs,
      ).unref();
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      request.on('socket', (socket) => {
        socket.unref();
        socket.setTimeout(0);
      });
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          if (!response.complete) return reject(new Error('The answer is incomplete.'));
          resolve({
            status: response.statusCode ?? 0,
            header: (name) => response.headers[name]?.toString(),
            text: Buffer.concat(chunks).toString(),
          });
        });
      });
      request.end(bytes);
    });
}
