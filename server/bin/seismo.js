#!/usr/bin/env node
// The command `seismo`. A file of its own, so that npm can link it in a checkout that is not built yet.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Seismo needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (existsSync(main)) await import(main.href);
else {
  console.error('This checkout is not built yet: run `npm run build`, or `npm start`, which does it by itself.');
  process.exitCode = 1;
}
