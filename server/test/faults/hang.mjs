/**
 * Read into a server before its own code: on USR2 its disk hangs. No transaction ends any more, and one of Node's threads waits for
 * ever, as that of LMDB's library does with its lock: process.exit() would wait for that thread.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, open, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskReservation } from '../../dist/system/disk-reservation.js';

process.on('SIGUSR2', () => {
  DiskReservation.prototype.within = () => new Promise(() => {});
  const folder = mkdtempSync(join(tmpdir(), 'seismo-hang-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Until somebody writes to it.
  open(pipe, 'r', () => {});
  setTimeout(() => rmSync(folder, { recursive: true }), 500);
  console.error('{"hangs":true}');
});
