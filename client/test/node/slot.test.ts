import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventLine } from '../../src/node/segment.ts';
import { takeAbandoned, takeSlot } from '../../src/node/slot.ts';
import { aServer, atEnd, type FakeServer } from '../support/fake-server.ts';

const HEIR = fileURLToPath(new URL('../support/heir.mjs', import.meta.url));
/** Above the highest process id of Linux and macOS. */
const DEAD = '999999999';
const PROCESSES = 8;
const FOLDERS = 6;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'seismo-slots-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const lockOf = (folder: string): string => join(directory, folder, 'lock');

function anAbandonedFolder(path: string, uuids: readonly string[] = []): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'lock'), DEAD);
  const lines = uuids.map((uuid, i) => eventLine(i + 1, Date.now(), JSON.stringify({ uuid, event: 'left' })));
  writeFileSync(join(path, '000000000001.events'), Buffer.concat(lines));
}

/** Directories as processes leave them that are killed, and the uuids of the events in them. */
function abandoned(rounds: number): { readonly directories: string[]; readonly uuids: string[] } {
  const directories = Array.from({ length: rounds }, (_, i) => join(directory, `round-${i}`));
  const uuids: string[] = [];
  for (const [round, each] of directories.entries())
    for (let folder = 0; folder < FOLDERS; folder++) {
      const own = Array.from({ length: 5 }, (_, i) => `${round}-${folder}-${i}`);
      anAbandonedFolder(join(each, String(folder)), own);
      uuids.push(...own);
    }
  return { directories, uuids };
}

interface Heirs {
  /** Kills all that still run. */
  kill(): Promise<void>;
  /** Resolves when this many messages have come from all of them together. */
  said(count: number): Promise<void>;
}

function heirs(server: FakeServer, directories: readonly string[]): Heirs {
  const children = Array.from({ length: PROCESSES }, () => fork(HEIR, [server.url, ...directories]));
  atEnd(async () => {
    for (const child of children) child.kill('SIGKILL');
  });
  // From the start: one that has sent everything ends by itself.
  const gone = children.map((child) => once(child, 'exit'));
  let messages = 0;
  let check = (): void => {};
  for (const child of children)
    child.on('message', () => {
      messages++;
      check();
    });
  return {
    kill: async () => {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(gone);
    },
    said: (count) =>
      new Promise((resolve) => {
        check = () => messages >= count && resolve();
        check();
      }),
  };
}

const receivedBy = ({ received }: FakeServer): string[] =>
  received.flatMap(({ events }) => events.map(({ uuid }) => uuid));

it('sends each event once when many processes start together after a crash', { timeout: 120_000 }, async () => {
  const server = await aServer();
  const { directories, uuids } = abandoned(25);
  const { said } = heirs(server, directories);
  for (const [round, each] of directories.entries()) {
    // Each says "ready" and "sent" in each round.
    await said(PROCESSES * (2 * round + 1));
    writeFileSync(`${each}.go`, '');
  }
  await said(PROCESSES * 2 * directories.length);
  expect(receivedBy(server).toSorted()).toEqual(uuids.toSorted());
});

it('loses no event when processes are killed while they take over, again and again', { timeout: 120_000 }, async () => {
  const server = await aServer();
  const { directories, uuids } = abandoned(1);
  writeFileSync(`${directories[0]}.go`, '');
  for (let round = 0; round < 4; round++) {
    const { kill, said } = heirs(server, directories);
    // The first is about to take over; the others are killed on the way there or in the middle of it.
    await said(1 + round);
    await kill();
  }
  await heirs(server, directories).said(2 * PROCESSES);
  // Those sent by a process that was killed before it wrote that down are sent again, with the same uuid.
  expect([...new Set(receivedBy(server))].toSorted()).toEqual(uuids.toSorted());
});

it('leaves a lock alone that another process replaced in the meantime, whatever claim is left', () => {
  anAbandonedFolder(join(directory, '0'));
  const [slot] = takeAbandoned(directory);
  expect(slot?.path).toBe(join(directory, '0'));
  expect(readFileSync(lockOf('0'), 'utf8')).toBe(String(process.pid));
  expect(takeAbandoned(directory)).toEqual([]);
  expect(readdirSync(join(directory, '0')).toSorted()).toEqual(['000000000001.events', 'lock']);
  slot!.release();
  expect(takeSlot(directory).path).toBe(join(directory, '0'));
});

it('takes an empty lock for one that is being written, for a minute', () => {
  mkdirSync(join(directory, '0'));
  writeFileSync(lockOf('0'), '');
  expect(takeSlot(directory).path).toBe(join(directory, '1'));
  const longAgo = new Date(Date.now() - 61_000);
  utimesSync(lockOf('0'), longAgo, longAgo);
  expect(takeSlot(directory).path).toBe(join(directory, '0'));
});
