// The Node client with a queue on disk, for the tests of the Python client:
//   node write-queue.mjs SERVER DIRECTORY COUNT   tracks so many events and is killed
//   node write-queue.mjs SERVER DIRECTORY 0       sends what the directory holds
import { createClient } from '../../../../client/dist/node.js';

const [server, directory, count] = process.argv.slice(2);
const client = createClient({ server, app: 'shop', key: 'sk_x', directory, batchMaxWaitMs: 60_000 });
for (let n = 0; n < Number(count); n++) client.track('from Node', { n, text: 'Zoë 🦊\n"' }, { user: 'ann' });
if (Number(count) > 0) process.kill(process.pid, 'SIGKILL');
process.exit((await client.close()) ? 0 : 1);
