/** What the server says about a form: for each field what is wrong with it, and the rest for the end of the form. */
import { ProblemError } from '../api/http.ts';

export interface Faults {
  /** @returns what is wrong with the field; undefined when nothing is */
  at(field: string): string | undefined;
  /** What is about no field of the form; undefined when there is nothing. */
  readonly rest: unknown;
}

/** @param fields of the form, as the server names them */
export function faultsOf(error: unknown, ...fields: readonly string[]): Faults {
  const problem = error instanceof ProblemError ? error.problem : undefined;
  const named = fields.find((field) => {
    const after = problem?.field?.startsWith(field) ? problem.field[field.length] : '-';
    return after === undefined || after === '.' || after === '[';
  });
  return {
    at: (field) => (problem && field === named ? sentenceOf(problem.detail) : undefined),
    rest: named === undefined ? (error ?? undefined) : undefined,
  };
}

/** Without the name of the field, which the label shows: `Must have at least 12 characters.` */
function sentenceOf(detail: string): string {
  const rule = detail.replace(/^(?:[^`:]+: )?`[^`]*` (?:is (?=too |not ))?/, '');
  return plainText(`${rule.slice(0, 1).toUpperCase()}${rule.slice(1)}`);
}

/** The API writes names in backticks; people write them in quotes. */
export const plainText = (text: string): string => text.replace(/`([^`]*)`/g, '“$1”');
