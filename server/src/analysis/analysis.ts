import type { PropertyField, QueryControl, Statement } from '../model/query.ts';
import type { Question } from '../questions/kinds.ts';
import type { SegmentInput } from '../questions/parts.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Ends } from '../time/range-parser.ts';
import type { AnalysisResult } from './answer.ts';
import type { AnswerCache } from './answer-cache.ts';

/** What `http` asks of the analysis room. Failures are SeismoErrors that name the field by its path. */
export interface Analysis {
  /** @param question as it was sent, unparsed */
  ask(app: string, question: unknown, options: AskOptions): Promise<AnalysisResult>;
  /**
   * The statements that answer it, in the order in which they went to the engine. They are found out by answering it, since later ones may
   * depend on what earlier ones found; nothing is taken from the answers that are kept, and the answer is thrown away.
   */
  explain(app: string, question: unknown, control: QueryControl): Promise<Explained>;
  /** Everything that `ask` would refuse before it asks the store. @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
  check(app: string, question: unknown): Promise<Question>;
  /** @param path of the segment in the question @throws QUESTION_INVALID */
  checkSegment(app: string, segment: SegmentInput, path: string): void;
}

export interface Explained {
  readonly kind: Question['kind'];
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly statements: readonly Statement[];
}

export interface AskOptions {
  /** Wait for what was acknowledged. */
  readonly isFresh: boolean;
  readonly control: QueryControl;
  /** Only what of the question's own range lies in this one. */
  readonly within?: Ends;
}

/** What the room is handed beside the store. */
export interface AnalysisDeps {
  readonly now: () => number;
  readonly calendarOf: (app: string) => Calendar;
  /** Waits until the store holds what was acknowledged. @throws STORE_BEHIND */
  readonly catchUp: (app: string, signal?: AbortSignal) => Promise<void>;
  readonly asOf: (app: string) => number;
  /** Absent: every question is asked of the store. */
  readonly cache?: AnswerCache;
  readonly isNotIndexed: (app: string, property: PropertyField) => boolean;
  /** What was saved under this id, where there is such a segment. */
  readonly segmentOf: (app: string, id: string) => SegmentInput | undefined;
}
