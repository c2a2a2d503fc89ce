import type { Send } from './runtime.ts';

/** The part of `fetch` that is used. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

/** Redirects are not followed: a POST would become a GET on the way. */
export function sendByFetch(fetch: Fetch): Send {
  return async ({ method, url, headers, body, timeoutMs }) => {
    const gone = new AbortController();
    const timer = setTimeout(() => gone.abort(), timeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers: { ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
        redirect: 'manual',
        signal: gone.signal,
      });
      return {
        status: response.status,
        header: (name) => response.headers.get(name),
        text: await response.text(),
      };
    } finally {
      clearTimeout(timer);
    }
  };
}
