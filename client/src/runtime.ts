import type { Random } from './uuid.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | null | undefined;
  readonly text: string;
}

/** Rejects when no complete answer came in time. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/** What differs between Node and runtimes that only have `fetch`. */
export interface Runtime {
  readonly send: Send;
  readonly gzip: ((text: string) => Promise<Uint8Array>) | undefined;
  readonly random: Random;
  byteLength(text: string): number;
}

/** The clock, for tests. */
export interface Clock {
  /** ms since 1970 */
  now(): number;
  /** @returns a function that cancels it */
  setTimer(callback: () => void, ms: number): () => void;
}

/** @param holds whether the process stays alive for it */
export function setTimer(callback: () => void, ms: number, holds = false): () => void {
  const timer: unknown = setTimeout(callback, ms);
  // A number in browsers and on the edge, an object in Node.
  if (!holds && typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref();
  return () => clearTimeout(timer as ReturnType<typeof setTimeout>);
}
