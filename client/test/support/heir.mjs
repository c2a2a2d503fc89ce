// Takes over what dead processes left in each directory, at the moment the parent says so, and sends it: for slot.test.ts.
import { existsSync } from 'node:fs';
import { createClient } from '../../dist/node.js';

const [server, ...directories] = process.argv.slice(2);
for (const directory of directories) {
  await new Promise((resolve) => process.send('ready', resolve));
  // Not a message: processes would get it one after another.
  while (!existsSync(`${directory}.go`));
  const client = createClient({ server, app: 'heirs', key: 'sk_test', directory, flushIntervalMs: 1 });
  await client.flush();
  await new Promise((resolve) => process.send('sent', resolve));
}
process.disconnect();
