// What the Express middleware costs per request: two applications that differ only in it, each its own process, take turns.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { quantile } from './server.mjs';

const ROUNDS = 24;
const REQUESTS = 3_000;
/** Requests before the compiler has optimised the code. */
const WARM_UP = 4;
const PROGRAM = fileURLToPath(new URL('client-app.mjs', import.meta.url));

export async function measureMiddleware() {
  const sink = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end('{"accepted":1,"duplicates":0,"rejectedTotal":0,"rejected":[]}');
    });
  }).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const server = `http://127.0.0.1:${sink.address().port}`;
  const results = [];
  for (const [name, version] of [
    ['express', 5],
    ['express4', 4],
  ]) {
    const without = await anApp(name, '');
    const withIt = await anApp(name, server);
    const differences = [];
    const ratios = [];
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? [without, withIt] : [withIt, without];
      const micros = new Map();
      for (const app of order) micros.set(app, await app.round());
      if (round < WARM_UP) continue;
      differences.push(micros.get(withIt) - micros.get(without));
      ratios.push(micros.get(withIt) / micros.get(without));
    }
    for (const app of [without, withIt]) app.close();
    results.push({
      title: `\`seismo-client/express\` in Express ${version}: one event a request, delivered; ${ROUNDS - WARM_UP} pairs of ${REQUESTS.toLocaleString('en')} requests`,
      overheadMicros: quantile(differences, 0.5),
      low: quantile(differences, 0.25),
      high: quantile(differences, 0.75),
      ratio: quantile(ratios, 0.5),
    });
  }
  sink.closeAllConnections();
  sink.close();
  return results;
}

async function anApp(express, server) {
  const child = fork(PROGRAM, [express, server]);
  const [port] = await once(child, 'message');
  const ask = async () => {
    child.send('cpu');
    const [micros] = await once(child, 'message');
    return micros;
  };
  return {
    /** @returns CPU time per request, µs */
    async round() {
      const before = await ask();
      await load(port);
      // Includes what is on its way to the event server.
      return ((await ask()) - before) / REQUESTS;
    },
    close: () => child.kill(),
  };
}

/** One request after the other over a kept connection, so that only the application takes time. */
async function load(port) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  await new Promise((resolve, reject) => {
    let left = REQUESTS;
    const ask = () => socket.write(`GET /items/${left} HTTP/1.1\r\nHost: shop\r\nUser-Agent: bench\r\n\r\n`);
    socket.on('data', (chunk) => {
      // The answer is one small chunk with this end.
      if (!chunk.latin1Slice().endsWith('}')) return;
      left--;
      if (left === 0) resolve();
      else ask();
    });
    socket.on('error', reject);
    ask();
  });
  socket.destroy();
}
