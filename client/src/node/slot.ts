import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A folder that belongs to this process until it is released or the process ends, however it ends. */
export interface Slot {
  readonly path: string;
  release(): void;
}

const LOCK = 'lock';

/** Takes the first free folder of `0`, `1`, … under the directory: several processes may be given the same one. */
export function takeSlot(directory: string): Slot {
  for (let i = 0; ; i++) {
    const slot = tryTake(join(resolve(directory), String(i)));
    if (slot) return slot;
  }
}

/** Takes the folders that dead processes left. */
export function takeAbandoned(directory: string): Slot[] {
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => tryTake(join(resolve(directory), name)) ?? []);
}

function tryTake(path: string): Slot | undefined {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = join(path, LOCK);
  if (existsSync(lock) && isHeld(lock)) return undefined;
  rmSync(lock, { force: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    // Another process was quicker.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
  return { path, release: () => rmSync(lock, { force: true }) };
}

/** Whether the process that wrote the lock lives. */
function isHeld(lock: string): boolean {
  let pid = Number.NaN;
  let takenAt = 0;
  try {
    pid = Number(readFileSync(lock, 'utf8'));
    takenAt = statSync(lock).mtimeMs;
  } catch {
    // Gone meanwhile.
  }
  if (!(pid > 0)) return false;
  // Another client or thread of this process; or an earlier process of the same id, as in a container that starts anew.
  if (pid === process.pid) return takenAt > Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
