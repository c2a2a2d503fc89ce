// Tracks numbered events into a queue on disk and says how far it is, until it is killed: for faults.test.ts.
import { createClient } from '../../dist/node.js';

const [server, app, key, directory, from, to] = process.argv.slice(2);
const client = createClient({
  server,
  app,
  key,
  directory,
  batchMaxEvents: 100,
  retryMinMs: 2,
  retryMaxMs: 10,
  timeoutMs: 300,
});
for (let n = Number(from); n < Number(to); n++) {
  client.track('tick', { n });
  process.send(n + 1);
  if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}
await client.close({ timeoutMs: 10_000 });
process.disconnect();
