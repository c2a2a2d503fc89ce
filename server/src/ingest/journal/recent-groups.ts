import type { Group } from './group.ts';

/**
 * Groups that are still needed, as reading would decode them. Reading them back through LMDB's memory map would keep
 * the pages of the file in the process's memory: half a gigabyte under load.
 */
export class RecentGroups {
  readonly #groups = new Map<number, Group>();
  #bytes = 0;

  get(firstSeq: number): Group | undefined {
    return this.#groups.get(firstSeq);
  }

  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= RECENT_MAX_BYTES;
  }

  add(group: Group): void {
    this.#groups.set(group.firstSeq, group);
    this.#bytes += group.bytes;
  }

  drop(firstSeq: number): void {
    const group = this.#groups.get(firstSeq);
    if (group === undefined) return;
    this.#groups.delete(firstSeq);
    this.#bytes -= group.bytes;
  }

  /** Drops the oldest ones before `endSeq` until there is room. */
  makeRoom(bytes: number, endSeq: number): void {
    for (const firstSeq of this.#groups.keys()) {
      if (this.hasRoomFor(bytes) || firstSeq >= endSeq) return;
      this.drop(firstSeq);
    }
  }
}

/** Above this, a consumer is behind, and groups are read back from the file. */
const RECENT_MAX_BYTES = 48 * 1024 * 1024;
