import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { ImportAnswer, ImportProgress } from '../../ingest/ingest.ts';
import { CommandFailure } from '../failure.ts';
import { checkApp, checkColumns } from './check-rows.ts';
import type { ColumnSummary, LargeNumbers } from './column-types.ts';
import { checkWhole, fingerprintOf } from './fingerprint.ts';
import type { Format, PresetName } from './formats.ts';
import { columnsOf, isPlain, type Line, type Mapping, mapper } from './mapping.ts';
import { reasonOfNothing } from './nothing.ts';
import { patiently } from './patience.ts';
import { presetLines } from './presets/lines.ts';
import { presetOf } from './presets/presets.ts';
import { type Issue, IssueList, type Piece, type RowSource, type SourceOptions } from './rows.ts';
import { openSource } from './source.ts';

/** The destination of the rows. */
export interface Sink {
  progress(app: string, fingerprint: string): Promise<ImportProgress>;
  /** The file starts again from the beginning. */
  forget(app: string, fingerprint: string): Promise<void>;
  importRows(app: string, fingerprint: string, piece: SentPiece): Promise<ImportAnswer>;
}

export interface SentPiece {
  /** NDJSON */
  readonly lines: Buffer;
  readonly rowsFrom: number;
  readonly rowsDone: number;
  /** The time of rows without one, UTC ms. */
  readonly defaultTime: number | undefined;
}

export interface ImportRun {
  readonly path: string;
  readonly app: string;
  readonly format?: Format;
  /** The vendor of the export. */
  readonly preset?: PresetName;
  readonly mapping: Mapping;
  /** From the first row, even if it was imported before. */
  readonly again?: boolean;
  readonly defaultTimeMs?: number | undefined;
  readonly sink: Sink;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly rows: number;
  /** 0 to 1, if the size is known. */
  readonly share: number | undefined;
  /** Why it is waiting. */
  readonly waitsFor?: string;
}

export interface RejectedRow extends Issue {
  readonly code: string;
}

export interface ImportResult {
  readonly format: Format;
  /** Number of events: one per row, unless a preset makes several or none of a row. */
  readonly rows: number;
  /** With a preset: rows of the file that are not events. */
  readonly leftOut?: number;
  /** Rows that an earlier run sent. This one began after them. */
  readonly resumedAt: number;
  /** How many of those were rejected. */
  readonly rejectedBefore: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejectedTotal: number;
  /** The first 1,000 of each. `line` counts from 1; for Parquet it is the row, for a JSON array the element. */
  readonly rejected: readonly RejectedRow[];
  /** Records of a CSV file that are not rows. */
  readonly unreadableTotal: number;
  readonly unreadable: readonly Issue[];
  /** Imported rows with a time that could mean something else. */
  readonly doubtfulTotal: number;
  readonly doubtful: readonly Issue[];
  /** The detected types of CSV columns, and those from `--type`. */
  readonly columns: readonly ColumnSummary[];
  readonly largeNumbers: readonly LargeNumbers[];
}

const REJECTED_LISTED_MAX = 1_000;

/** @throws CommandFailure for faults of the whole file, including a file with content but no row */
export async function runImport(run: ImportRun): Promise<ImportResult> {
  const { app, sink, path, mapping } = run;
  const before = await markOf(path);
  const source = await openSource(path, sourceOptionsOf(run));
  const { format } = source;
  if (path !== '-') await checkWhole(path, format);
  // Standard input can't be read again: it is a new import each time.
  const how = run.preset === undefined ? mapping : { ...mapping, preset: run.preset };
  const fingerprint = path === '-' ? randomUUID() : await fingerprintOf(path, format, how);
  if (run.again) await sink.forget(app, fingerprint);
  const { rows: resumedAt, rejected: rejectedBefore } = await sink.progress(app, fingerprint);
  const sending = new Sending(run, source, fingerprint, resumedAt);
  const leftOut = await sending.all();
  if ((await markOf(path)) !== before)
    throw new CommandFailure(
      `${path} changed during the import. Importing it again is a new import: its rows without a uuid would count again.`,
    );
  const { unreadable, columns } = source;
  const result: ImportResult = {
    format,
    ...sending.result(),
    ...(run.preset !== undefined && { leftOut }),
    resumedAt,
    rejectedBefore,
    unreadableTotal: unreadable.total,
    unreadable: unreadable.first,
    columns: columns.summary(),
    largeNumbers: columns.large(),
  };
  const isEmpty = (source.bytes ?? source.textBytes()) === 0;
  if (result.rows === 0 && !isEmpty)
    throw new CommandFailure(reasonOfNothing({ path, preset: run.preset, format, leftOut, unreadable }));
  return result;
}

function sourceOptionsOf({ format, preset, mapping }: ImportRun): SourceOptions {
  const { delimiter, types } = mapping;
  if (preset !== undefined) return { format, standardInput: presetOf(preset).standardInput, delimiter };
  const fields = isPlain(mapping) ? undefined : new Set(columnsOf(mapping));
  return { format, delimiter, types, fields };
}

/** Sends the lines of a file: one piece is sent while the next is read. */
class Sending {
  readonly #run: ImportRun;
  readonly #source: RowSource;
  readonly #fingerprint: string;
  readonly #resumedAt: number;
  readonly #sum: { rows: number; accepted: number; duplicates: number; rejectedTotal: number };
  readonly #rejected: RejectedRow[] = [];
  readonly #doubtful = new IssueList();
  #under: Promise<void> = Promise.resolve();

  constructor(run: ImportRun, source: RowSource, fingerprint: string, resumedAt: number) {
    this.#run = run;
    this.#source = source;
    this.#fingerprint = fingerprint;
    this.#resumedAt = resumedAt;
    this.#sum = { rows: resumedAt, accepted: 0, duplicates: 0, rejectedTotal: 0 };
  }

  /** @returns the number of rows that a preset skipped */
  async all(): Promise<number> {
    const { preset, mapping } = this.#run;
    let leftOut = 0;
    if (preset === undefined) await this.#rows();
    else {
      const lines = presetLines(presetOf(preset), mapping.timeZone, this.#source, this.#resumedAt);
      for (;;) {
        const next = await lines.next();
        if (next.done) {
          leftOut = next.value;
          break;
        }
        await this.#next(next.value.lines, next.value.places, next.value.bytesRead);
      }
    }
    await this.#under;
    return leftOut;
  }

  result() {
    return {
      ...this.#sum,
      rejected: this.#rejected,
      doubtfulTotal: this.#doubtful.total,
      doubtful: this.#doubtful.first,
    };
  }

  async #rows(): Promise<void> {
    const { mapping, app } = this.#run;
    const { format, localTimes, columns } = this.#source;
    const cells = format === 'csv' || format === 'parquet';
    const toLine = mapper(mapping, { typed: format === 'csv', cells, localTimes, columns });
    let isFirst = true;
    for await (const { rows, lines, bytesRead } of this.#source.read(this.#resumedAt)) {
      if (isFirst) {
        checkColumns(rows, [...columnsOf(mapping), ...(format === 'csv' ? Object.keys(mapping.types ?? {}) : [])]);
        if (isPlain(mapping) && !mapping.renameApp) checkApp(rows, app);
      }
      isFirst = false;
      await this.#next(rows.map(toLine), lines, bytesRead);
    }
  }

  async #next(lines: readonly Line[], places: readonly number[], bytesRead: number): Promise<void> {
    const rowsFrom = this.#sum.rows;
    this.#sum.rows += lines.length;
    await this.#under;
    this.#under = this.#send(lines, places, rowsFrom, bytesRead);
    this.#under.catch(() => {});
  }

  async #send(lines: readonly Line[], places: Piece['lines'], rowsFrom: number, bytesRead: number): Promise<void> {
    const { app, sink, defaultTimeMs: defaultTime, onProgress, preset } = this.#run;
    const { rows, bytes } = this.#source;
    const rowsDone = rowsFrom + lines.length;
    const share = rows && preset === undefined ? rowsDone / rows : bytes ? bytesRead / bytes : undefined;
    const waiting = (waitsFor: string): void => onProgress?.({ rows: rowsFrom, share, waitsFor });
    const piece = { lines: bodyOf(lines), rowsFrom, rowsDone, defaultTime };
    const answer = await patiently(waiting, () => sink.importRows(app, this.#fingerprint, piece));
    this.#sum.accepted += answer.accepted;
    this.#sum.duplicates += answer.duplicates;
    this.#sum.rejectedTotal += lines.length - answer.accepted - answer.duplicates;
    for (const { index, code, detail } of answer.rejected)
      if (this.#rejected.length < REJECTED_LISTED_MAX)
        this.#rejected.push({ line: places[index] ?? 0, code, detail, ...lines[index]?.fault });
    lines.forEach(({ doubt }, i) => {
      if (doubt !== undefined) this.#doubtful.add({ line: places[i]!, detail: doubt });
    });
    onProgress?.({ rows: rowsDone, share });
  }
}

async function markOf(path: string): Promise<string> {
  if (path === '-') return '';
  const { size, mtimeMs } = await stat(path);
  return `${size} ${mtimeMs}`;
}

const NEWLINE = Buffer.from('\n');

export function bodyOf(lines: readonly Line[]): Buffer {
  const pieces: Buffer[] = [];
  let texts: string[] = [];
  // Strings are encoded many at a time.
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
