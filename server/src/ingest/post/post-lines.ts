import { SeismoError } from '../../model/errors.ts';
import type { AcceptContext } from '../accept/accept.ts';
import { REJECTED_LISTED_MAX } from '../accept/limits.ts';
import { RowWriter } from '../accept/row-writer.ts';
import type { PostAnswer } from '../ingest.ts';
import type { Joined } from '../journal/committer.ts';
import { batchAnswer, type EventBatch, newBatch, noteNotIndexed, notIndexedOf } from './batch.ts';
import { type Line, linesOf } from './lines.ts';
import type { PostBudget } from './post-budget.ts';

/** So much of an NDJSON body goes into one transaction. */
const PIECE_BYTES = 512 * 1024;
/** A stream begins with so much for its rows, twice. */
const WRITER_BYTES = 16 * 1024;

export interface LinesPost {
  /** Inflated. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly lineMaxBytes: number;
  readonly budget: PostBudget;
  /** @throws when nothing more may be taken */
  readonly checkOpen: () => void;
  readonly contextOf: () => AcceptContext;
  /** Accepts lines into the batch; the first has this index. */
  readonly addLines: (
    batch: EventBatch,
    lines: readonly Line[],
    first: number,
    context: AcceptContext,
  ) => Promise<void>;
  /** Ids that the server made and that may have been erased: the batch that is to be committed, when it is another. */
  readonly checkOwn: (batch: EventBatch) => Promise<EventBatch> | undefined;
  /** @param rejectedBefore of the same request */
  readonly commit: (batch: EventBatch, rejectedBefore: number) => Joined;
  /** What has become of it, also when it fails. */
  readonly onEnd: (accepted: number, duplicates: number) => void;
}

/**
 * Journals an NDJSON body as it flows, with bounded memory.
 * @throws what ends it on the way, with the counts so far and `nextIndex`, the first line that is not on disk, in `extra`
 */
export async function postLines(post: LinesPost): Promise<PostAnswer> {
  const { chunks, lineMaxBytes, budget, checkOpen, contextOf, addLines, checkOwn, commit } = post;
  const whole = newBatch(false);
  const sum = { accepted: 0, duplicates: 0 };
  let index = 0;
  /** First line that is not on disk. */
  let nextIndex = 0;
  let under: Promise<void> = Promise.resolve();
  // The writer of one piece is written to disk while the next is accepted into the other. They grow: a stream may be of a few lines.
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
      // One transaction after the other, so that what was stored is always a beginning of the body.
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
    const stored = `The first ${nextIndex} ${nextIndex === 1 ? 'line was' : 'lines were'} processed, none after (nextIndex).`;
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
