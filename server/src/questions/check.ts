/** Parses a value from outside as a question. Errors name the path of the field and what would be right. */
import { SeismoError } from '../model/errors.ts';
import { checkSchema } from '../model/schema-check.ts';
import { wordList } from '../model/word-list.ts';
import { type Kind, QUESTIONS, type Question } from './kinds.ts';

/** @throws QUESTION_INVALID with the path, such as `series[0].measure` */
export function questionOf(value: unknown): Question {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('', 'The question must be a JSON object such as `{"kind": "trend", …}`.');
  const kinds = Object.keys(QUESTIONS) as Kind[];
  const asked: unknown = 'kind' in value ? value.kind : undefined;
  const kind = kinds.find((each) => each === asked);
  if (kind === undefined) throw wrong('kind', `\`kind\` must be ${wordList(kinds, 'or')}.`);
  checkSchema(QUESTIONS[kind], value, 'QUESTION_INVALID', 'The question');
  return value as Question;
}

export const wrong = (path: string, detail: string): SeismoError =>
  new SeismoError('QUESTION_INVALID', detail, path === '' ? {} : { field: path });
