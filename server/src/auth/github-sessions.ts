import type { TokenClaims } from './tokens.ts';

/** Sessions whose token is kept; beyond, the oldest are no longer renewed. */
const SESSIONS_MAX = 1_000;
const ASK_AGAIN_MS = 60_000;
/** How long an answer of GitHub allows a session to be renewed. */
const FRESH_MS = 5 * 60_000;

interface Held {
  readonly token: string;
  askedAt: number;
  /** When GitHub last said that the token is still this user's; undefined until it is asked again. */
  confirmedAt: number | undefined;
}

export interface GitHubSessionsOptions {
  /** @returns whose token it is, undefined when GitHub does not know it. @throws when GitHub does not answer */
  readonly loginOf: (token: string) => Promise<string | undefined>;
  /** GitHub no longer accepts the token of this session. */
  readonly end: (session: TokenClaims) => Promise<void>;
  readonly now: () => number;
}

/**
 * Whether a session that began with a GitHub token may go on: GitHub is asked again before each renewal, in the background, so that no request waits
 * for it. Tokens are held in memory only; after a restart such sessions are not renewed and end with their time.
 */
export class GitHubSessions {
  readonly #held = new Map<string, Held>();
  readonly #options: GitHubSessionsOptions;

  constructor(options: GitHubSessionsOptions) {
    this.#options = options;
  }

  began(session: string, token: string): void {
    while (this.#held.size >= SESSIONS_MAX) this.#held.delete(this.#held.keys().next().value!);
    this.#held.set(session, { token, askedAt: Number.NEGATIVE_INFINITY, confirmedAt: undefined });
  }

  /** Whether it may be renewed now. When it may not, a later request asks again. */
  mayRenew(claims: TokenClaims): boolean {
    const held = this.#held.get(claims.session);
    if (held === undefined) return false;
    const now = this.#options.now();
    if (held.confirmedAt !== undefined && now - held.confirmedAt < FRESH_MS) {
      held.confirmedAt = undefined;
      return true;
    }
    if (now - held.askedAt >= ASK_AGAIN_MS) {
      held.askedAt = now;
      // GitHub away: the session goes on until its time is over, and a later request asks again.
      this.#confirm(claims, held).catch(() => undefined);
    }
    return false;
  }

  async #confirm(claims: TokenClaims, held: Held): Promise<void> {
    const login = await this.#options.loginOf(held.token);
    if (login === claims.user) {
      held.confirmedAt = this.#options.now();
      return;
    }
    this.#held.delete(claims.session);
    await this.#options.end(claims);
  }
}
