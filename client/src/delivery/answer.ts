/** The answer to a batch; status 0 when nothing readable came back. */
export interface Answer {
  readonly status: number;
  /** Present when Seismo took the events in. */
  readonly accepted?: number | undefined;
  readonly rejected?: readonly Refusal[] | undefined;
  /** From problem+json; absent when the answer is not Seismo's. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The status of a rejection that is handled like no answer: waiting helps. */
  readonly deniedStatus?: number | undefined;
}

export interface Refusal {
  readonly index: number;
  readonly code: string;
  readonly detail: string;
}

export const NO_ANSWER: Answer = { status: 0 };

/**
 * Reads an answer to a batch.
 * @param retryAfter the header: seconds, or a date
 */
export function answerOf(status: number, retryAfter: string | null | undefined, text: string, now: number): Answer {
  let body: Partial<Answer> = {};
  try {
    body = JSON.parse(text) ?? body;
  } catch {
    // Cut short, or not from Seismo: only the status counts.
  }
  const seconds = Number(retryAfter);
  const retryAfterMs = !retryAfter ? 0 : seconds >= 0 ? seconds * 1000 : Date.parse(retryAfter) - now;
  return { ...body, status, retryAfterMs };
}

/** Timed out, too early, too many. */
const RETRIED = [408, 425, 429];

/**
 * What to do about an answer. `damaged`: the body was well-formed when it left, or the answer is not Seismo's, so that a
 * few more tries are worth it, but not for ever.
 */
export function verdictOf({
  status,
  accepted,
  rejected,
  code,
}: Answer): 'taken' | 'retry' | 'split' | 'damaged' | 'refused' {
  if (status === 413) return 'split';
  if (status >= 500 || RETRIED.includes(status)) return 'retry';
  if (accepted !== undefined && (status < 300 || rejected)) return 'taken';
  if (status < 300) return 'retry';
  if (!code || /^(BODY|REQUEST)_/.test(code)) return 'damaged';
  return 'refused';
}
