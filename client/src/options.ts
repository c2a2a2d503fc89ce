import type { Drop } from './delivery/queue.ts';
import type { WhenFull } from './delivery/when-full.ts';
import type { SentEvent } from './event.ts';
import type { Fetch } from './fetch-send.ts';
import type { Clock } from './runtime.ts';

/** Name and password, or a GitHub personal access token: of somebody who may do what is asked. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly token: string };

export type WaitUntil = (promise: Promise<unknown>) => void;

export interface ClientOptions {
  /** Where the server is, like `https://seismo.example.com`; with the path where it is mounted, if it is. */
  readonly server: string;
  /** The app whose events are sent and read. */
  readonly app: string;
  /** A key for programs: a write key sends events, a read key asks. */
  readonly key?: string;
  /** A read key, where `key` is a write key and questions are asked too. */
  readonly readKey?: string;
  /** Instead of keys: signs in, and again when the token has expired. */
  readonly credentials?: Credentials;

  /** Most events that wait; 10,000 unless said, 100,000 with `directory`. */
  readonly queueMaxEvents?: number;
  /** Most bytes that wait; 16 MiB unless said, 64 MiB with `directory`. */
  readonly queueMaxBytes?: number;
  /** What happens to an event when as many wait: `dropOldest` (default), `dropNewest`, or `block`: `await track(…)` waits. */
  readonly whenFull?: WhenFull;
  /** Node: events wait on disk in this directory and outlive the process. Several processes may share it. */
  readonly directory?: string;
  /** Most events a request; 500 unless said. */
  readonly batchMaxEvents?: number;
  /** Most bytes a request, before compression; 512 KiB unless said. */
  readonly batchMaxBytes?: number;
  /** So long, in ms, an event waits for others; 1,000 unless said. */
  readonly batchMaxWaitMs?: number;
  /** The first wait, in ms, before a request is repeated, doubled each time; 1,000 unless said. */
  readonly retryMinMs?: number;
  /** The longest of these waits, in ms; 60,000 unless said. */
  readonly retryMaxMs?: number;
  /** An event older than this, in ms, is dropped: 6 days unless said, since the server knows a repeated one for 7. */
  readonly maxAgeMs?: number;
  /** So long, in ms, an answer is awaited; 10,000 unless said. */
  readonly timeoutMs?: number;
  /** So long, in ms, `flush` and `close` wait; 10,000 unless said. */
  readonly flushTimeoutMs?: number;
  /** Whether larger bodies are compressed; true unless said. */
  readonly gzip?: boolean;
  /** Serverless: is handed a promise for what was tracked, so that the platform lets the function live until it is sent. */
  readonly waitUntil?: WaitUntil;
  /** Told of every event that will not reach the server, and why. */
  readonly onDrop?: (event: SentEvent, drop: Drop) => void;
  /** Told what goes on; nothing is logged unless this is given. */
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
  /** Used instead of the runtime's own way to the network. */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
}

export const DEFAULTS = {
  queueMaxEvents: 10_000,
  queueMaxBytes: 16 * 1024 * 1024,
  whenFull: 'dropOldest',
  batchMaxEvents: 500,
  batchMaxBytes: 512 * 1024,
  batchMaxWaitMs: 1_000,
  retryMinMs: 1_000,
  retryMaxMs: 60_000,
  maxAgeMs: 6 * 86_400_000,
  timeoutMs: 10_000,
  flushTimeoutMs: 10_000,
  gzip: true,
} as const;

/** An event that waits on disk takes some 200 bytes of memory. */
export const ON_DISK = { queueMaxEvents: 100_000, queueMaxBytes: 64 * 1024 * 1024 } as const;

const WHEN_FULL: readonly string[] = ['dropOldest', 'dropNewest', 'block'];
const APP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * @returns the address of the API
 * @throws TypeError: a mistake in the program, found at its start and not in the middle of its work
 */
export function checkOptions(options: ClientOptions): string {
  const { server, app, whenFull } = options ?? {};
  if (typeof server !== 'string' || !/^https?:\/\//.test(server) || !isUrl(server))
    throw new TypeError(`seismo-client: server must be an address like https://seismo.example.com, not ${server}.`);
  if (typeof app !== 'string' || !APP.test(app))
    throw new TypeError(`seismo-client: app must be 1 to 64 of A-Z a-z 0-9 . _ - and not ${app}.`);
  if (whenFull !== undefined && !WHEN_FULL.includes(whenFull))
    throw new TypeError(`seismo-client: whenFull must be one of ${WHEN_FULL.join(', ')}.`);
  for (const [name, preset] of Object.entries(DEFAULTS)) {
    const given: unknown = options[name as keyof ClientOptions];
    if (typeof preset === 'number' && given !== undefined && !(typeof given === 'number' && given > 0))
      throw new TypeError(`seismo-client: ${name} must be a number above 0.`);
  }
  return server.replace(/\/+$/, '');
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).host !== '';
  } catch {
    return false;
  }
}
