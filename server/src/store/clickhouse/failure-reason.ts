import { ClickHouseError } from '@clickhouse/client';
import { SeismoError } from '../../model/errors.ts';
import { InsertRejected } from '../store.ts';

/** What only somebody can mend who changes the server's users or permissions: names, passwords, roles, read-only access. */
const RIGHTS_CODES = new Set(['164', '192', '193', '194', '497', '516', '511']);

export interface FailureReason {
  /** In the engine's words, where it said something. */
  readonly text: string;
  readonly kind: 'rights' | 'statement' | 'temporary';
}

/** Why an engine failed, for the person who chose that engine. */
export function failureReason(error: unknown): FailureReason {
  const cause = engineErrorOf(error);
  if (cause !== undefined && RIGHTS_CODES.has(cause.code)) return { kind: 'rights', text: textOf(cause) };
  const isFinal =
    error instanceof InsertRejected ||
    (error instanceof SeismoError && (error.code === 'BUG' || error.code === 'STORE_SCHEMA_NEWER'));
  const text = cause !== undefined ? textOf(cause) : causeText(error);
  return { kind: isFinal ? 'statement' : 'temporary', text };
}

function engineErrorOf(error: unknown): ClickHouseError | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof ClickHouseError) return at;
  return undefined;
}

const textOf = ({ code, message }: ClickHouseError): string => `code ${code}: ${message.slice(0, 500)}`;

/** The innermost reason: `connect ECONNREFUSED 10.0.0.7:8123` says more than "not responding". */
function causeText(error: unknown): string {
  let text = error instanceof Error ? error.message : String(error);
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    text = at.message || ((at as NodeJS.ErrnoException).code ?? text);
  return error instanceof SeismoError && error.cause === undefined ? error.detail : text;
}

/** Another try, or another node, may succeed. */
export const isAway = (error: unknown): boolean => error instanceof SeismoError && error.code === 'STORE_UNAVAILABLE';
