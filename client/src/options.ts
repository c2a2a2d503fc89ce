import type { Drop } from './delivery/queue.ts';
import type { WhenFull } from './delivery/when-full.ts';
import type { SentEvent } from './event.ts';
import type { Fetch } from './fetch-send.ts';
import type { Clock } from './runtime.ts';

/** Name and password, or a GitHub personal access token, of an account with the rights that are needed. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly token: string };

export type WaitUntil = (promise: Promise<unknown>) => void;

export interface ClientOptions {
  /** The server's URL, such as `https://seismo.example.com`; with the path where it is mounted, if any. */
  readonly server: string;
  /** The app whose events are sent and read. */
  readonly app: string;
  /** A key: a write key sends events, a read key asks questions. */
  readonly key?: string;
  /** A read key, where `key` is a write key and questions are asked too. */
  readonly readKey?: string;
  /** Instead of keys: signs in, and again when the token has expired. */
  readonly credentials?: Credentials;

  /** The most events that wait; 10,000 by default, 100,000 with `directory`. */
  readonly queueMaxEvents?: number;
  /** The most bytes that wait; 16 MiB by default, 64 MiB with `directory`. */
  readonly queueMaxBytes?: number;
  /** What happens to a new event when the queue is full: `dropOldest` (default), `dropNewest`, or `block`: `await track(…)` waits. */
  readonly whenFull?: WhenFull;
  /** Node: events wait on disk in this directory and outlive the process. Several processes may share it. */
  readonly directory?: string;
  /** The most events per request; 500 by default. */
  readonly batchMaxEvents?: number;
  /** The most bytes per request, before compression; 512 KiB by default. */
  readonly batchMaxBytes?: number;
  /** How long, in ms, an event waits for others; 1,000 by default. */
  readonly batchMaxWaitMs?: number;
  /** The first wait, in ms, before a request is repeated; doubled each time; 1,000 by default. */
  readonly retryMinMs?: number;
  /** The longest of these waits, in ms; 60,000 by default. */
  readonly retryMaxMs?: number;
  /** An event older than this, in ms, is dropped: 6 days by default, since the server recognises a repeated one for 7. */
  readonly maxAgeMs?: number;
  /** How long, in ms, an answer is awaited; 10,000 by default. */
  readonly timeoutMs?: number;
  /** How long, in ms, `flush` and `close` wait; 10,000 by default. */
  readonly flushTimeoutMs?: number;
  /** Whether larger bodies are compressed; true by default. */
  readonly gzip?: boolean;
  /** Serverless: gets a promise for what was tracked, so that the platform keeps the function alive until it is sent. */
  readonly waitUntil?: WaitUntil;
  /** Called for every event that will not reach the server, with the reason. */
  readonly onDrop?: (event: SentEvent, drop: Drop) => void;
  /** Gets log messages; nothing is logged by default. */
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
  /** Used instead of the runtime's own HTTP client. */
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
 * @returns the URL of the API
 * @throws TypeError: a mistake in the program, found at its start and not in the middle of its work
 */
export function checkOptions(options: ClientOptions): string {
  const { server, app, whenFull } = options ?? {};
  if (typeof server !== 'string' || !/^https?:\/\//.test(server) || !isUrl(server))
    throw new TypeError(`seismo-client: \`server\` must be a URL such as https://seismo.example.com, not ${server}.`);
  if (typeof app !== 'string' || !APP.test(app))
    throw new TypeError(
      `seismo-client: \`app\` must be 1 to 64 letters, digits, dots, underscores or hyphens, not ${app}.`,
    );
  if (whenFull !== undefined && !WHEN_FULL.includes(whenFull))
    throw new TypeError('seismo-client: `whenFull` must be `dropOldest`, `dropNewest` or `block`.');
  for (const [name, preset] of Object.entries(DEFAULTS)) {
    const given: unknown = options[name as keyof ClientOptions];
    if (typeof preset === 'number' && given !== undefined && !(typeof given === 'number' && given > 0))
      throw new TypeError(`seismo-client: \`${name}\` must be a number greater than 0.`);
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
