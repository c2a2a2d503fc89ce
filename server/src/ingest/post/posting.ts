import { SeismoError } from '../../model/errors.ts';
import { eventToJson } from '../../model/event.ts';
import { ADMIN, type Poster } from '../../model/poster.ts';
import { decodeRow, ROW_OFFSET, uuidToText } from '../../row/row.ts';
import type { EventLimits } from '../accept/limits.ts';
import type { Rejections } from '../accept/rejections.ts';
import { RowWriter } from '../accept/row-writer.ts';
import type { ValidationContext } from '../accept/validate-event.ts';
import type { ErasedIds } from '../deduplication/erased-ids.ts';
import type { Ingest, PostAnswer } from '../ingest.ts';
import type { Committer } from '../journal/committer.ts';
import {
  addEvent,
  addLine,
  batchAnswer,
  type EventBatch,
  newBatch,
  noteNotIndexed,
  notIndexedOf,
  rejectEvent,
} from './batch.ts';
import type { DailyQuota } from './daily-quota.ts';
import { LargeBodies } from './large-bodies.ts';
import type { Line } from './lines.ts';
import { PostBudget } from './post-budget.ts';
import { postLines } from './post-lines.ts';
import { EVENT_BYTES, INLINE_MAX_BYTES, type PostedBody, readInline, SLICE_BYTES, slicedBody } from './posted-body.ts';
import { Turns } from './turns.ts';

/** What is kept of a large body while the thread has it, to show it if it is rejected. */
const EXCERPT_BYTES = 8 * 1024;

export interface PostingOptions {
  readonly limits: EventLimits;
  readonly committer: Committer;
  readonly erasedIds: Pick<ErasedIds, 'checkOwn'>;
  readonly quota: DailyQuota;
  readonly rejections: Rejections;
  readonly counts: { accepted: number; duplicates: number };
  readonly now: () => number;
  readonly contextOf: (
    app: string,
    arrivedAt: number,
    poster: Poster,
    sentAt?: number,
    device?: string,
  ) => ValidationContext;
  /** @throws SERVER_STOPPING, APP_NAME_INVALID */
  readonly checkOpen: (app: string) => void;
}

export interface Posting extends Pick<Ingest, 'post' | 'postParsed' | 'postLines'> {
  close(): Promise<void>;
}

/** Bodies → accepted rows → one transaction → an answer. Nothing of a body blocks the event loop for more than a few milliseconds. */
export function createPosting(options: PostingOptions): Posting {
  const { limits, committer, erasedIds, quota, rejections, counts, now, contextOf, checkOpen } = options;
  const turns = new Turns();
  const large = new LargeBodies(limits);
  const scratch = new RowWriter();

  /**
   * @param rejectedBefore of the same request
   * @throws QUOTA_REACHED; then nothing was taken
   */
  function commit(app: string, batch: EventBatch, rejectedBefore = 0) {
    const { writer, starts, kinds } = batch;
    // Other posts may have taken what was left since this one began.
    quota.checkEvents(app, starts.length);
    rejections.add(app, batch, rejectedBefore);
    const joined = committer.join({ app, bytes: writer.bytes, starts: [...starts, writer.length], kinds });
    quota.stored(app, joined.accepted);
    return joined;
  }

  const readAtOnce = (app: string, bytes: Buffer): PostedBody =>
    rejections.reportBody(app, bytes, () => readInline(bytes, limits));

  async function readLater(app: string, bytes: Buffer): Promise<PostedBody> {
    const excerpt = Buffer.from(bytes.subarray(0, EXCERPT_BYTES));
    try {
      return slicedBody(await large.read(bytes));
    } catch (error) {
      return rejections.reportBody(app, excerpt, () => {
        throw error;
      });
    }
  }

  async function postBody(
    app: string,
    bytes: Buffer,
    arrivedAt: number,
    device?: string,
    poster: Poster = ADMIN,
  ): Promise<PostAnswer> {
    checkOpen(app);
    const budget = new PostBudget(app, poster, quota);
    budget.takeBody(bytes.length);
    const wait = turns.take(bytes.length);
    if (wait) await wait;
    const body = bytes.length <= INLINE_MAX_BYTES ? readAtOnce(app, bytes) : await readLater(app, bytes);
    const { sentAt, isSingle, isShort, count } = body;
    budget.takeEvents(count);
    const context = contextOf(app, arrivedAt, poster, sentAt, device);
    // Short bodies are done in one turn and share one writer. Others let the rest of the server take turns.
    if (isShort) scratch.length = 0;
    const batch = newBatch(isSingle, isShort ? scratch : new RowWriter(bytes.length));
    for (const { from, events, bytes } of body.slices()) {
      const turn = isShort ? undefined : turns.take(bytes);
      if (turn) await turn;
      for (let i = 0; i < events.length; i++) {
        const fault = body.faultOf(from + i);
        if (fault) rejectEvent(batch, from + i, fault, body.excerptOf(from + i, events[i]));
        else addEvent(batch, events[i], from + i, context);
      }
    }
    noteNotIndexed(batch, context);
    checkOpen(app);
    const look = erasedIds.checkOwn(app, batch);
    const checked = look ? await look : batch;
    if (look) checkOpen(app);
    if (isSingle) return await answerSingle(app, checked);
    const joined = commit(app, checked);
    await joined.done;
    counts.accepted += joined.accepted;
    counts.duplicates += joined.duplicates.length;
    return { status: 200, body: batchAnswer(checked, joined.accepted, joined.duplicates.length), events: count };
  }

  async function answerSingle(app: string, batch: EventBatch): Promise<PostAnswer> {
    if (batch.lastError) {
      rejections.add(app, batch);
      throw batch.lastError;
    }
    // After the wait, the shared writer belongs to another request.
    const row = Buffer.from(batch.writer.bytes.subarray(0, batch.writer.length));
    const joined = commit(app, batch);
    await joined.done;
    if (joined.duplicates.length > 0) {
      counts.duplicates++;
      const body = `{"uuid":"${uuidToText(row, ROW_OFFSET.uuid)}","app":"${app}","duplicate":true}`;
      return { status: 200, body, events: 1 };
    }
    counts.accepted++;
    const stored = eventToJson(decodeRow(row, 0));
    const { notIndexed } = notIndexedOf(batch);
    const body = notIndexed ? `${stored.slice(0, -1)},"notIndexed":${JSON.stringify(notIndexed)}}` : stored;
    return { status: 201, body, events: 1 };
  }

  /** Accepts lines into the batch, some in each turn. */
  async function addLines(
    batch: EventBatch,
    lines: readonly Line[],
    first: number,
    context: ValidationContext,
  ): Promise<void> {
    let cost = 0;
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      cost += EVENT_BYTES + (line instanceof SeismoError ? 0 : line.length);
      if (cost >= SLICE_BYTES) {
        const turn = turns.take(cost);
        if (turn) await turn;
        cost = 0;
      }
      if (line instanceof SeismoError || line.length <= INLINE_MAX_BYTES) addLine(batch, line, first + i, context);
      else await addLargeLine(batch, line, first + i, context);
    }
  }

  /** A line that `lineMaxBytes` allows but that is too long for one turn of the event loop. */
  async function addLargeLine(
    batch: EventBatch,
    line: Buffer,
    index: number,
    context: ValidationContext,
  ): Promise<void> {
    const excerpt = line.subarray(0, EXCERPT_BYTES);
    try {
      const body = slicedBody(await large.read(Buffer.from(line)));
      const fault = body.faultOf(0);
      if (fault) throw fault;
      const [slice] = body.slices();
      addEvent(batch, body.isSingle ? slice?.events[0] : [], index, context);
    } catch (error) {
      if (!(error instanceof SeismoError)) throw error;
      rejectEvent(batch, index, error, excerpt);
    }
  }

  return {
    post: postBody,

    async postParsed(app, body, arrivedAt, device, poster) {
      checkOpen(app);
      const bytes = Buffer.from(textOfParsed(body));
      if (bytes.length > limits.bodyMaxBytes)
        throw new SeismoError(
          'BODY_TOO_LARGE',
          `The body is larger than ${limits.bodyMaxBytes} bytes (\`bodyMaxBytes\`).`,
        );
      return await postBody(app, bytes, arrivedAt, device, poster);
    },

    async postLines(app, chunks, _arrivedAt, device, poster = ADMIN) {
      checkOpen(app);
      return await postLines({
        chunks,
        lineMaxBytes: limits.lineMaxBytes,
        budget: new PostBudget(app, poster, quota),
        checkOpen: () => checkOpen(app),
        contextOf: () => contextOf(app, now(), poster, undefined, device),
        addLines,
        checkOwn: (batch) => erasedIds.checkOwn(app, batch),
        commit: (batch, rejectedBefore) => commit(app, batch, rejectedBefore),
        onEnd(accepted, duplicates) {
          counts.accepted += accepted;
          counts.duplicates += duplicates;
        },
      });
    },

    close: () => large.close(),
  };
}

/** @throws BODY_EMPTY, BODY_TOO_LARGE for what a host application's parser accepts and JSON.stringify can't serialize */
function textOfParsed(body: unknown): string {
  try {
    const text = JSON.stringify(body);
    if (text !== undefined) return text;
  } catch (cause) {
    // The stack: the one thing that JSON.parse handles and JSON.stringify does not.
    throw new SeismoError('BODY_TOO_LARGE', 'The body is nested too deeply.', { cause });
  }
  throw new SeismoError('BODY_EMPTY', 'The body is empty.');
}
