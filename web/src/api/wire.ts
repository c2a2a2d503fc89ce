/** The types of the API, from the server's OpenAPI document; generated with the client (`npm run docs`). */
export type {
  Annotation,
  Answer,
  ErrorCode,
  Filter,
  Operations,
  Problem,
  Question,
  SavedDashboard,
  SavedReport,
  SavedSegment,
  Segment,
} from '../../../client/src/wire.ts';

import type { Answer, Operations, Question, SavedDashboard } from '../../../client/src/wire.ts';

export type Kind = Question['kind'];
export type QuestionOf<K extends Kind> = Extract<Question, { kind: K }>;
export type AnswerOf<K extends Kind> = Extract<Answer, { kind: K }>;
/** How a saved question is drawn. */
export type Chart = NonNullable<SavedDashboard['tiles'][number]['chart']>;
export type Me = Operations['getAuth']['answer'];
/** One event, as the API returns it. */
export type StoredEvent = Operations['getApiEventsApp']['answer'][number];
