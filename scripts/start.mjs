// `npm start`: makes the checkout ready to run, then runs the server in this very process: signals arrive where they
// are handled, and no second Node process waits beside it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from './prepare.mjs';

prepare();

const main = join(root, 'server/dist/main.js');
process.argv.splice(1, 1, main, 'start');
await import(pathToFileURL(main).href);
