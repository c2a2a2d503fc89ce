import { existsSync, mkdtempSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = 0;

/** Somebody else's data directory: what this process makes there, the server of that user cannot open. */
export interface OtherOwner {
  readonly uid: number;
  /** As sudo takes it. */
  readonly name: string;
  readonly isRoot: boolean;
}

/** @returns undefined if the data directory is this user's, or there is nothing yet that somebody owns */
export function otherOwner(dataDir: string): OtherOwner | undefined {
  const user = process.getuid?.();
  const isRoot = user === ROOT;
  const owner = ownerOf(dataDir, isRoot);
  if (owner === undefined || owner === user || (isRoot && makesFilesOf(owner, dataDir))) return undefined;
  return { uid: owner, name: nameOf(owner), isRoot };
}

/** @param isRoot who may create files in anybody's directory */
function ownerOf(dataDir: string, isRoot: boolean): number | undefined {
  const uidOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.uid;
  try {
    // The directory itself can be a volume that belongs to somebody else.
    return uidOf(join(dataDir, 'registry')) ?? (isRoot ? uidOf(dataDir) : undefined);
  } catch {
    // Others may not look into it; whether it is there, its path says.
    return existsSync(dataDir) ? uidOf(dataDir) : undefined;
  }
}

/** On a network disk, what root makes may belong to the owner of everything there. */
function makesFilesOf(owner: number, dataDir: string): boolean {
  try {
    const made = mkdtempSync(join(dataDir, 'owner-'));
    try {
      return statSync(made).uid === owner;
    } finally {
      rmdirSync(made);
    }
  } catch {
    return false;
  }
}

function nameOf(uid: number): string {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  return new RegExp(`^([^:\n]+):[^:]*:${uid}:`, 'm').exec(passwd)?.[1] ?? `'#${uid}'`;
}
