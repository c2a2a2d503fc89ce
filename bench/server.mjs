// Starts the built server as a user would, and sends requests to it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../server/dist/main.js', import.meta.url));
const HEAD_START_MS = 120_000;

export const aDirectory = () => mkdtempSync(join(tmpdir(), 'seismo-bench-'));
export const removeDirectory = (path) => rmSync(path, { recursive: true, force: true });

/** @returns the running server: url, admin token, how long it took to be ready, and a function that sends requests */
export async function startServer(dataDir, { password, flags = [] } = {}) {
  const started = performance.now();
  const args = [
    MAIN,
    'start',
    '--json',
    '--data',
    dataDir,
    '--port',
    '0',
    '--log-level',
    'warn',
    '--token-ttl',
    '1440',
  ];
  const child = spawn(process.execPath, [...(process.env.BENCH_NODE_FLAGS?.split(' ') ?? []), ...args, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const { url, firstAdmin } = await new Promise((resolve, reject) => {
    let text = '';
    const late = setTimeout(() => reject(new Error('the server did not start')), HEAD_START_MS);
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('\n')) return;
      clearTimeout(late);
      resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const readyMs = performance.now() - started;
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const known = password ?? firstAdmin?.password;
  const ask = (method, path, { body, token, type = 'application/json' } = {}) =>
    new Promise((resolve, reject) => {
      const headers = { ...(token && { 'x-access-token': token }) };
      if (body) Object.assign(headers, { 'content-type': type, 'content-length': body.length });
      const asked = request(`${url}${path}`, { method, agent, headers }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
        response.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  const signIn = await ask('POST', '/auth', {
    body: Buffer.from(JSON.stringify({ username: 'admin', password: known })),
  });
  const { token } = JSON.parse(signIn.body);
  return {
    url,
    password: known,
    token,
    readyMs,
    child,
    ask: (method, path, options) => ask(method, path, { token, ...options }),
    async json(path) {
      const { status, body } = await ask('GET', path, { token });
      if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
      return JSON.parse(body);
    },
    async stop(signal = 'SIGTERM') {
      agent.destroy();
      child.kill(signal);
      return await exited;
    },
  };
}

/** Resident memory of a process and all its descendants, bytes. */
export function memoryOfTree(pid) {
  const parents = new Map();
  const sizes = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)[1]));
      sizes.set(Number(name), Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // The process has ended meanwhile.
    }
  }
  const below = (each) => {
    for (let at = each; at > 1; at = parents.get(at) ?? 0) if (at === pid) return true;
    return false;
  };
  return [...sizes].filter(([each]) => below(each)).reduce((sum, [, size]) => sum + size, 0);
}

/** Posts bodies over the given number of connections until the time is over, or enough events are accepted. */
export async function load(server, app, next, { connections, seconds = Infinity, events = Infinity, size, onTick }) {
  const latencies = [];
  let accepted = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  const tick = onTick && setInterval(onTick, 500);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await rawClient(server.url, `/api/events/${app}`, server.token);
      while (performance.now() < end && accepted < events) {
        const body = next();
        const sent = performance.now();
        const status = await client.post(body);
        if (status >= 300) throw new Error(`answered ${status}`);
        latencies.push(performance.now() - sent);
        accepted += size;
      }
      client.close();
    }),
  );
  clearInterval(tick);
  return { accepted, seconds: (performance.now() - started) / 1000, latencies };
}

/** HTTP/1.1 over a socket kept open, no more than a load generator needs: node:http took one of the two cores. */
async function rawClient(url, path, token) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const head = `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-Access-Token: ${token}\r\nContent-Type: application/json\r\nContent-Length: `;
  let settle;
  let pending = '';
  socket.on('data', (chunk) => {
    pending += chunk.latin1Slice();
    const headEnd = pending.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(pending)[1]);
    if (pending.length < headEnd + 4 + length) return;
    const status = Number(pending.slice(9, 12));
    pending = pending.slice(headEnd + 4 + length);
    settle.resolve(status);
  });
  socket.on('error', (error) => settle?.reject(error));
  socket.on('close', () => settle?.reject(new Error('the server closed the connection')));
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.cork();
        socket.write(`${head}${body.length}\r\n\r\n`, 'latin1');
        socket.write(body);
        socket.uncork();
      }),
    close: () => socket.destroy(),
  };
}

export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export async function drained(server) {
  const started = performance.now();
  for (;;) {
    const { ingest } = await server.json('/api/stats');
    if (ingest.journalEvents === 0) return (performance.now() - started) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
