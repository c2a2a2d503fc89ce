import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const AGAIN_MS = 20;
const GONE_MAX_MS = 3_000;

/** The process that owns the engine, beside the engine's data. */
interface Note {
  readonly engine: number;
  readonly server: number;
}

const noteOf = (dataDir: string): string => join(dataDir, 'engine.pid');

/** Written at each start, so that a later server finds an engine that outlived its own. */
export function noteEngine(dataDir: string, engine: number | undefined): void {
  if (engine === undefined) return;
  writeFileSync(noteOf(dataDir), JSON.stringify({ engine, server: process.pid } satisfies Note), { mode: 0o600 });
}

/**
 * Ends the engine of a server that was killed, when it has not ended by itself (it may hang): it would keep the directory locked. Killing
 * it is safe: what was acknowledged is on disk. Where the system does not say what a process is, nothing is ended.
 * @param file the engine's program
 */
export async function endOrphan(dataDir: string, file: string): Promise<number | undefined> {
  const note = readNote(dataDir);
  if (note === undefined || isAlive(note.server) || !isEngine(note.engine, file, dataDir)) return undefined;
  process.kill(note.engine, 'SIGKILL');
  for (let waitedMs = 0; isEngine(note.engine, file, dataDir) && waitedMs < GONE_MAX_MS; waitedMs += AGAIN_MS)
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  return note.engine;
}

function readNote(dataDir: string): Note | undefined {
  if (!existsSync(noteOf(dataDir))) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(noteOf(dataDir), 'utf8'));
    if (typeof value !== 'object' || value === null || !('engine' in value) || !('server' in value)) return undefined;
    const { engine, server } = value;
    return Number.isInteger(engine) && Number.isInteger(server)
      ? { engine: Number(engine), server: Number(server) }
      : undefined;
  } catch {
    // Torn by the crash that left the engine behind: the lock of the directory then decides (process.ts).
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The process id may have been reused. */
function isEngine(pid: number, file: string, dataDir: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes(file) && words.includes(dataDir);
  } catch {
    return false;
  }
}
