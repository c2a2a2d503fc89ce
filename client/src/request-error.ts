import type { HttpAnswer } from './runtime.ts';
import type { ErrorCode } from './wire.ts';

/** A question was rejected or not answered. */
export class SeismoError extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The server's error code (docs/errors.md); absent when the answer was not Seismo's. */
  readonly code: ErrorCode | undefined;
  /** The parameter or field at fault. */
  readonly field: string | undefined;

  constructor(message: string, details: { status: number; code?: ErrorCode; field?: string; cause?: unknown }) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SeismoError';
    this.status = details.status;
    this.code = details.code;
    this.field = details.field;
  }
}

export function refusalOf({ status, text }: HttpAnswer): SeismoError {
  let problem: { detail?: string; title?: string; code?: ErrorCode; field?: string } = {};
  try {
    problem = JSON.parse(text) ?? {};
  } catch {
    // Not from Seismo: only the status counts.
  }
  const { detail, title, code, field } = problem;
  return new SeismoError(detail ?? title ?? `The server answered ${status}.`, {
    status,
    ...(code !== undefined && { code }),
    ...(field !== undefined && { field }),
  });
}
