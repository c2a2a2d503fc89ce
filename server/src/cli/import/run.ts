import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImportAnswer } from '../../ingest/ingest.ts';
import { CommandFailure } from '../failure.ts';
import { checkWhole, fingerprintOf } from './fingerprint.ts';
import type { Format } from './formats.ts';
import { columnsOf, type Line, type Mapping, mapper } from './mapping.ts';
import { openSource, type Remark, type Row, type Rows, Told } from './source.ts';

/** Where the rows go. */
export interface Sink {
  importedRows(app: string, fingerprint: string): Promise<number>;
  /** The file begins anew. */
  forget(app: string, fingerprint: string): Promise<void>;
  importRows(app: string, fingerprint: string, piece: SentPiece): Promise<ImportAnswer>;
}

export interface SentPiece {
  /** NDJSON */
  readonly lines: Buffer;
  readonly rowsFrom: number;
  readonly rowsDone: number;
  /** When rows without a time happened, UTC ms. */
  readonly defaultTime: number | undefined;
}

export interface ImportRun {
  readonly path: string;
  readonly app: string;
  readonly format?: Format;
  readonly mapping: Mapping;
  /** From the first row, though it was imported before. */
  readonly again?: boolean;
  readonly defaultTimeMs?: number | undefined;
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

export interface Refused extends Remark {
  readonly code: string;
}

export interface ImportResult {
  readonly format: Format;
  readonly rows: number;
  /** Rows that an earlier, interrupted run had done. */
  readonly resumedAt: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejectedTotal: number;
  /** The first 1,000 of each; `line` counts from 1, of Parquet it is the row. */
  readonly rejected: readonly Refused[];
  /** Records of a CSV file that are no rows. */
  readonly unreadableTotal: number;
  readonly unreadable: readonly Remark[];
  /** Rows that were taken, with a time that could have been meant otherwise. */
  readonly doubtfulTotal: number;
  readonly doubtful: readonly Remark[];
}

const REJECTED_LISTED_MAX = 1_000;
/** An engine that is away so long needs a person. */
const WAIT_MAX_MS = 10 * 60_000;
const WAIT_STEP_MS = 500;

export async function runImport(run: ImportRun): Promise<ImportResult> {
  const { app, sink, path, mapping, defaultTimeMs: defaultTime } = run;
  const before = await markOf(path);
  const source = await openSource(path, run.format);
  const { format, localTimes, unreadable } = source;
  if (path !== '-') await checkWhole(path, format);
  // Standard input cannot be read again: it is a new import each time.
  const fingerprint = path === '-' ? randomUUID() : await fingerprintOf(path, format, mapping);
  if (run.again) await sink.forget(app, fingerprint);
  const resumedAt = await sink.importedRows(app, fingerprint);
  const cells = format === 'csv' || format === 'parquet';
  const toLine = mapper(mapping, { typed: format === 'csv', cells, localTimes });
  const sum = { rows: resumedAt, accepted: 0, duplicates: 0, rejectedTotal: 0 };
  const rejected: Refused[] = [];
  const doubtful = new Told();
  let isFirst = true;
  /** One piece is on its way while the next is read. */
  let under: Promise<void> = Promise.resolve();

  async function send(lines: readonly Line[], places: Rows['lines'], rowsFrom: number, bytesRead: number) {
    const rowsDone = rowsFrom + lines.length;
    const share = source.rows ? rowsDone / source.rows : source.bytes ? bytesRead / source.bytes : undefined;
    const waiting = (waitsFor: string): void => run.onProgress?.({ rows: rowsFrom, share, waitsFor });
    const piece = { lines: bodyOf(lines), rowsFrom, rowsDone, defaultTime };
    const answer = await patiently(waiting, () => sink.importRows(app, fingerprint, piece));
    sum.accepted += answer.accepted;
    sum.duplicates += answer.duplicates;
    sum.rejectedTotal += lines.length - answer.accepted - answer.duplicates;
    for (const { index, code, detail } of answer.rejected)
      if (rejected.length < REJECTED_LISTED_MAX)
        rejected.push({ line: places[index] ?? 0, code, detail, ...lines[index]?.fault });
    lines.forEach(({ doubt }, i) => {
      if (doubt !== undefined) doubtful.add({ line: places[i]!, detail: doubt });
    });
    run.onProgress?.({ rows: rowsDone, share });
  }

  for await (const { rows, lines: places, bytesRead } of source.read(resumedAt)) {
    if (isFirst) checkColumns(rows, mapping);
    isFirst = false;
    const lines = rows.map(toLine);
    const rowsFrom = sum.rows;
    sum.rows += lines.length;
    await under;
    under = send(lines, places, rowsFrom, bytesRead);
    under.catch(() => {});
  }
  await under;
  if ((await markOf(path)) !== before)
    throw new CommandFailure(
      `${path} was changed while it was imported. What it holds now is another import: rows of it that bring no uuid would count again.`,
    );
  return {
    format,
    ...sum,
    resumedAt,
    rejected,
    unreadableTotal: unreadable.total,
    unreadable: unreadable.first,
    doubtfulTotal: doubtful.total,
    doubtful: doubtful.first,
  };
}

async function markOf(path: string): Promise<string> {
  if (path === '-') return '';
  const { size, mtimeMs } = await stat(path);
  return `${size} ${mtimeMs}`;
}

const NEWLINE = Buffer.from('\n');

function bodyOf(lines: readonly Line[]): Buffer {
  const pieces: Buffer[] = [];
  let texts: string[] = [];
  // Texts are encoded many at a time.
  const encode = (): void => {
    if (texts.length > 0) pieces.push(Buffer.from(`${texts.join('\n')}\n`));
    texts = [];
  };
  for (const { text } of lines) {
    if (typeof text === 'string') texts.push(text);
    else {
      encode();
      pieces.push(text, NEWLINE);
    }
  }
  encode();
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
    // The mapping says so of this row.
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
