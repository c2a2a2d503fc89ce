import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImportAnswer } from '../../ingest/ingest.ts';
import { CommandFailure } from '../failure.ts';
import { columnsOf, type Line, type Mapping, mapper } from './mapping.ts';
import { type Format, openSource, type Row } from './source.ts';

/** Where the rows go. */
export interface Sink {
  importedRows(app: string, fingerprint: string): Promise<number>;
  /** @param lines NDJSON */
  importRows(
    app: string,
    fingerprint: string,
    lines: Buffer,
    rowsFrom: number,
    rowsDone: number,
  ): Promise<ImportAnswer>;
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
  /** What keeps it from going on. */
  readonly waitsFor?: string;
}

export interface ImportResult {
  readonly rows: number;
  /** Rows that an earlier, interrupted run had done. */
  readonly resumedAt: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejectedTotal: number;
  /** The first 1,000; `row` counts from 1. */
  readonly rejected: readonly { readonly row: number; readonly code: string; readonly detail: string }[];
  /** Records of a CSV file that are no rows. */
  readonly unreadable: readonly string[];
}

const REJECTED_LISTED_MAX = 1_000;
/** An engine that is away so long needs a person. */
const WAIT_MAX_MS = 10 * 60_000;
const WAIT_STEP_MS = 500;

export async function runImport(run: ImportRun): Promise<ImportResult> {
  const { app, sink, path, mapping } = run;
  const source = await openSource(path, run.format);
  // Standard input cannot be read again: it is a new import each time.
  const fingerprint = path === '-' ? randomUUID() : await fingerprintOf(path, mapping);
  const resumedAt = await sink.importedRows(app, fingerprint);
  const toLine = mapper(mapping, { typed: source.format === 'csv', localTimes: source.localTimes });
  const sum = { rows: resumedAt, accepted: 0, duplicates: 0, rejectedTotal: 0 };
  const rejected: { row: number; code: string; detail: string }[] = [];
  let unreadable: readonly string[] = [];
  let isFirst = true;
  /** One piece is on its way while the next is read. */
  let under: Promise<void> = Promise.resolve();

  async function send(lines: readonly Line[], rowsFrom: number, bytesRead: number): Promise<void> {
    const rowsDone = rowsFrom + lines.length;
    const share = source.rows ? rowsDone / source.rows : source.bytes ? bytesRead / source.bytes : undefined;
    const waiting = (waitsFor: string): void => run.onProgress?.({ rows: rowsFrom, share, waitsFor });
    const body = bodyOf(lines);
    const answer = await patiently(waiting, () => sink.importRows(app, fingerprint, body, rowsFrom, rowsDone));
    sum.accepted += answer.accepted;
    sum.duplicates += answer.duplicates;
    sum.rejectedTotal += lines.length - answer.accepted - answer.duplicates;
    for (const { index, code, detail } of answer.rejected)
      if (rejected.length < REJECTED_LISTED_MAX)
        rejected.push({ row: rowsFrom + index + 1, code, detail: lines[index]?.fault ?? detail });
    run.onProgress?.({ rows: rowsDone, share });
  }

  for await (const piece of source.read(resumedAt)) {
    unreadable = piece.unreadable;
    if (piece.rows.length === 0) continue;
    if (isFirst) checkColumns(piece.rows, mapping);
    isFirst = false;
    const lines = piece.rows.map(toLine);
    const rowsFrom = sum.rows;
    sum.rows += lines.length;
    await under;
    under = send(lines, rowsFrom, piece.bytesRead);
    under.catch(() => {});
  }
  await under;
  return { ...sum, resumedAt, rejected, unreadable };
}

const NEWLINE = Buffer.from('\n');

function bodyOf(lines: readonly Line[]): Buffer {
  const pieces: Buffer[] = [];
  for (const { text } of lines) pieces.push(typeof text === 'string' ? Buffer.from(text) : text, NEWLINE);
  return Buffer.concat(pieces);
}

/** A name that no row has is a slip: every row would come without it. */
function checkColumns(rows: readonly Row[], mapping: Mapping): void {
  const wanted = columnsOf(mapping);
  if (wanted.length === 0) return;
  const known = new Set<string>();
  for (const row of rows)
    for (const name of Buffer.isBuffer(row) ? keysOf(row) : Object.keys(row)) if (known.size < 1_000) known.add(name);
  const missing = wanted.find((name) => !known.has(name));
  if (missing !== undefined)
    throw new CommandFailure(`No row has a column "${missing}"; there are: ${[...known].slice(0, 50).join(', ')}.`, 2);
}

function keysOf(line: Buffer): string[] {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  } catch {
    // The server says so of this row.
    return [];
  }
}

/** A server that says "later" is asked again; a piece is never counted twice, since it names the place where it begins. */
async function patiently<T>(onWait: (reason: string) => void, work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + WAIT_MAX_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CommandFailure) || error.refusal?.retry !== true || Date.now() > until) throw error;
      onWait(error.message);
      await pause(WAIT_STEP_MS);
    }
  }
}

/** Of the whole file and the mapping: the same file read otherwise is another import. */
async function fingerprintOf(path: string, mapping: Mapping): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(mapping));
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex').slice(0, 32);
}
