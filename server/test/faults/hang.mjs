/**
 * Read into a server before its own code: on USR2 its disk hangs. No transaction of LMDB's ends any more, and one of Node's threads
 * waits for ever, as the library's does with its lock: process.exit() would wait for that thread.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, open as openFile, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';

const folder = mkdtempSync(join(tmpdir(), 'seismo-hang-'));
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);
const store = open({ path: join(folder, 'lmdb'), noSubdir: false });
const stores = Object.getPrototypeOf(store);
process.on('SIGUSR2', () => {
  stores.batch = () => new Promise(() => {});
  openFile(pipe, 'r', () => {});
  console.error('{"hangs":true}');
  setImmediate(() => rmSync(folder, { recursive: true }));
});
