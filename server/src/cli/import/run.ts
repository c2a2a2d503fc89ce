import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ImportAnswer } from '../../ingest/ingest.ts';
import { type Mapping, mapper } from './mapping.ts';
import { type Format, openSource } from './source.ts';

/** Where the rows go: the server's socket, or its rooms in this process. */
export interface Sink {
  importedRows(app: string, fingerprint: string): Promise<number>;
  importRows(app: string, fingerprint: string, events: readonly unknown[], rowsDone: number): Promise<ImportAnswer>;
}

export interface ImportRun {
  readonly path: string;
  readonly app: string;
  readonly format?: Format;
  readonly mapping: Mapping;
  readonly sink: Sink;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly rows: number;
  /** 0 to 1, when the size is known. */
  readonly share: number | undefined;
}

export interface ImportResult {
  readonly rows: number;
  /** Rows that an earlier, interrupted run had done. */
  readonly resumedAt: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejectedTotal: number;
  /** The first 1,000; `row` counts from 0. */
  readonly rejected: readonly { readonly row: number; readonly code: string; readonly detail: string }[];
}

const REJECTED_LISTED_MAX = 1_000;

export async function runImport(run: ImportRun): Promise<ImportResult> {
  const { app, sink, path } = run;
  const source = await openSource(path, run.format);
  const fingerprint = path === '-' ? undefined : await fingerprintOf(path, run.mapping);
  const resumedAt = fingerprint === undefined ? 0 : await sink.importedRows(app, fingerprint);
  const toEvent = mapper({ ...run.mapping, typed: source.format === 'csv' }, source.localTimes);
  const sum = { rows: resumedAt, accepted: 0, duplicates: 0, rejectedTotal: 0 };
  const rejected: { row: number; code: string; detail: string }[] = [];
  /** One piece is on its way while the next is read. */
  let under: Promise<void> = Promise.resolve();
  for await (const { rows, bytesRead } of source.read(resumedAt)) {
    const first = sum.rows;
    sum.rows += rows.length;
    const events = rows.map(toEvent);
    await under;
    under = sink.importRows(app, fingerprint ?? `stdin-${process.pid}`, events, sum.rows).then((answer) => {
      sum.accepted += answer.accepted;
      sum.duplicates += answer.duplicates;
      sum.rejectedTotal += events.length - answer.accepted - answer.duplicates;
      for (const { index, code, detail } of answer.rejected)
        if (rejected.length < REJECTED_LISTED_MAX) rejected.push({ row: first + index, code, detail });
      const share = source.rows ? sum.rows / source.rows : source.bytes ? bytesRead / source.bytes : undefined;
      run.onProgress?.({ rows: sum.rows, share });
    });
    under.catch(() => {});
  }
  await under;
  return { ...sum, resumedAt, rejected };
}

/** Of the whole file and the mapping: the same file read otherwise is another import. */
async function fingerprintOf(path: string, mapping: Mapping): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(mapping));
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex').slice(0, 32);
}
