import type { ClientOptions } from './options.ts';
import type { HttpAnswer, HttpRequest, Send } from './runtime.ts';

export type Purpose = 'post' | 'read';

/** A token is renewed this long before it expires. */
const EARLY_MS = 10_000;

/** Sends authenticated requests: with a key, or signed in; signs in again when the token is rejected. */
export function createAccess(options: ClientOptions, api: string, send: Send, timeoutMs: number, now: () => number) {
  const { key, readKey, credentials } = options;
  let session: { readonly token: string; readonly endsAt: number } | undefined;
  let signingIn: Promise<HttpAnswer | undefined> | undefined;

  /** @returns the error, if the response is one */
  async function signIn(): Promise<HttpAnswer | undefined> {
    const answer = await send({
      method: 'POST',
      url: `${api}/auth`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(credentials),
      timeoutMs,
    });
    if (answer.status !== 200) return answer;
    const { token, expiresAt } = JSON.parse(answer.text);
    session = { token: String(token), endsAt: Date.parse(expiresAt) };
    return undefined;
  }

  function signInOnce(): Promise<HttpAnswer | undefined> {
    signingIn ??= signIn().finally(() => {
      signingIn = undefined;
    });
    return signingIn;
  }

  async function request(purpose: Purpose, what: Omit<HttpRequest, 'timeoutMs'>): Promise<HttpAnswer> {
    const own = purpose === 'read' ? (readKey ?? key) : key;
    if (own === undefined && credentials) {
      if (!session || session.endsAt - EARLY_MS < now()) {
        const refusal = await signInOnce();
        if (refusal) return refusal;
      }
    }
    const sendAs = (token: string | undefined): Promise<HttpAnswer> =>
      send({
        ...what,
        timeoutMs,
        headers: { ...what.headers, ...(token !== undefined && { 'x-access-token': token }) },
      });
    const used = own ?? session?.token;
    const answer = await sendAs(used);
    if (answer.status !== 401 || own !== undefined || !credentials) return answer;
    // The server no longer takes the token: it was restarted with another key, or the password was changed.
    if (session?.token === used) {
      session = undefined;
      const refusal = await signInOnce();
      if (refusal) return refusal;
    }
    return await sendAs(session?.token);
  }

  return request;
}
