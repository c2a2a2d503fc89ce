/** The engine asked past its server, as an operator would with curl on its socket. */
import { request } from 'node:http';
import { join } from 'node:path';
import { seismo } from '../cli/seismo.ts';
import type { Servers } from './harness.ts';

/** @returns what the engine answers, tabs between columns */
export function onEngine(servers: Servers, sql: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socketPath = join(servers.dataDir, 'run', 'engine.sock');
    const asked = request({ socketPath, path: '/?database=seismo', method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', reject);
      response.on('end', () => (response.statusCode === 200 ? resolve(text.trimEnd()) : reject(new Error(text))));
    });
    asked.on('error', reject);
    asked.end(sql);
  });
}

/** `seismo … --json` on the data directory of the server. */
export async function command<T>(servers: Servers, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await seismo([...args, '--data', servers.dataDir, '--json']);
  if (code !== 0) throw new Error(`seismo ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** One number of /metrics. */
export async function metric(servers: Servers, name: string): Promise<number> {
  const { status, text } = await servers.ask('GET', '/metrics');
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (status !== 200 || value === undefined) throw new Error(`/metrics: ${status}, ${name} is not there`);
  return Number(value);
}
