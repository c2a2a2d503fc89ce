import { SeismoError } from '../../model/errors.ts';
import { REJECTED_LISTED_MAX } from '../accept/limits.ts';
import { RowWriter } from '../accept/row-writer.ts';
import type { ValidationContext } from '../accept/validate-event.ts';
import type { PostAnswer } from '../ingest.ts';
import type { Joined } from '../journal/committer.ts';
import { batchAnswer, type EventBatch, newBatch, noteNotIndexed, notIndexedOf } from './batch.ts';
import { type Line, linesOf } from './lines.ts';
import type { PostBudget } from './post-budget.ts';

/** How much of an NDJSON body goes into one transaction. */
const PIECE_BYTES = 512 * 1024;
/** Initial size of each of the two row buffers of a stream. */
const WRITER_BYTES = 16 * 1024;

export interface LinesPost {
  /** After decompression. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly lineMaxBytes: number;
  readonly budget: PostBudget;
  /** @throws if nothing more can be accepted */
  readonly checkOpen: () => void;
  readonly contextOf: () => ValidationContext;
  /** Accepts lines into the batch. The first one has this index. */
  readonly addLines: (
    batch: EventBatch,
    lines: readonly Line[],
    first: number,
    context: ValidationContext,
  ) => Promise<void>;
  /** For ids made by the server whose events may have been erased: the batch to commit, if it is a different one. */
  readonly checkOwn: (batch: EventBatch) => Promise<EventBatch> | undefined;
  /** @param rejectedBefore of the same request */
  readonly commit: (batch: EventBatch, rejectedBefore: number) => Joined;
  /** What became of it, also if it fails. */
  readonly onEnd: (accepted: number, duplicates: number) => void;
}

/**
 * Journals an NDJSON body as it arrives, with bounded memory.
 * @throws what ends it, with the counts so far and `nextIndex`, the first line that is not on disk, in `extra`
 */
export async function postLines(post: LinesPost): Promise<PostAnswer> {
  const { chunks, lineMaxBytes, budget, checkOpen, contextOf, addLines, checkOwn, commit } = post;
  const whole = newBatch(false);
  const sum = { accepted: 0, duplicates: 0 };
  let index = 0;
  /** The first line that is not on disk. */
  let nextIndex = 0;
  let under: Promise<void> = Promise.resolve();
  // While the rows of one piece are written to disk, the next piece is accepted into the other buffer. They grow, because a stream may have few lines.
  let writers: [RowWriter, RowWriter] = [new RowWriter(WRITER_BYTES), new RowWriter(WRITER_BYTES)];
  try {
    for await (const lines of linesOf(budget.charged(chunks), lineMaxBytes, budget.pieceBytes(PIECE_BYTES))) {
      checkOpen();
      writers = [writers[1], writers[0]];
      writers[0].length = 0;
      const batch = newBatch(false, writers[0]);
      const taken = budget.takeLines(lines.length);
      const context = contextOf();
      await addLines(batch, taken < lines.length ? lines.slice(0, taken) : lines, index, context);
      noteNotIndexed(whole, context);
      index += taken;
      // One transaction after another, so that what is stored is always the beginning of the body.
      await under;
      const checked = (await checkOwn(batch)) ?? batch;
      checkOpen();
      const end = index;
      const joined = commit(checked, whole.rejectedTotal);
      under = joined.done.then(() => {
        nextIndex = end;
        sum.accepted += joined.accepted;
        sum.duplicates += joined.duplicates.length;
        whole.rejectedTotal += batch.rejectedTotal;
        whole.rejected.push(...batch.rejected.slice(0, REJECTED_LISTED_MAX - whole.rejected.length));
      });
      under.catch(() => {});
      if (taken < lines.length || budget.isOver) throw budget.end();
    }
    await under;
  } catch (error) {
    await under.catch(() => {});
    if (!(error instanceof SeismoError)) throw error;
    const { rejected, rejectedTotal } = whole;
    const extra = { ...error.extra, ...sum, rejectedTotal, rejected, ...notIndexedOf(whole), nextIndex };
    const { retryAfterSeconds } = error;
    const stored = `The first ${nextIndex} ${nextIndex === 1 ? 'line was' : 'lines were'} processed, and none after that (\`nextIndex\`).`;
    throw new SeismoError(error.code, nextIndex === 0 ? error.detail : `${error.detail} ${stored}`, {
      cause: error,
      extra,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  } finally {
    post.onEnd(sum.accepted, sum.duplicates);
  }
  return { status: 200, body: batchAnswer(whole, sum.accepted, sum.duplicates), events: index };
}
