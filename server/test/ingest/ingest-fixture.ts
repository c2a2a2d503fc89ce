/** An ingest over a store in memory, in a directory of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

export const T0 = Date.UTC(2026, 0, 5);
export const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
export const body = (value: unknown) => Buffer.from(JSON.stringify(value));
export const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof SeismoError ? error : Promise.reject(error)),
  );
export async function* chunksOf(...texts: (string | Buffer | Error)[]) {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

export class IngestFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'seismo-ingest-'));
  readonly store = new MemoryStore();
  now = T0;
  ingest!: Ingest;

  async open(changes: Partial<typeof LIMITS> = {}): Promise<void> {
    this.ingest = await createIngest({
      dataDir: this.folder,
      secret: Buffer.alloc(32, 3),
      store: this.store,
      config: { ...LIMITS, ...changes },
      now: () => this.now,
      retentionDaysOf: (app) => (app === 'short' ? 1 : undefined),
      zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / 86_400_000) }),
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    });
  }

  async reopen(changes: Partial<typeof LIMITS> = {}): Promise<void> {
    await this.ingest.close();
    await this.open(changes);
  }
}

/** A new one for each test of the file: `use` is called with it before the test. */
export function eachWithIngest(use: (fixture: IngestFixture) => void): void {
  let fixture: IngestFixture;
  beforeEach(async () => {
    fixture = new IngestFixture();
    await fixture.open();
    use(fixture);
  });
  afterEach(async () => {
    await fixture.ingest.close();
    rmSync(fixture.folder, { recursive: true, force: true });
  });
}
