import type { TokenClaims } from './tokens.ts';

/** Number of sessions whose token is kept. Beyond that, the oldest are no longer renewed. */
const SESSIONS_MAX = 1_000;
const ASK_AGAIN_MS = 60_000;
/** How long an answer from GitHub allows a session to be renewed. */
const FRESH_MS = 5 * 60_000;

interface Held {
  readonly token: string;
  askedAt: number;
  /** When GitHub last confirmed that the token still belongs to this user. Undefined until it is checked again. */
  confirmedAt: number | undefined;
}

export interface GitHubSessionsOptions {
  /** @returns the owner of the token, or undefined if GitHub does not know it. @throws if GitHub does not answer */
  readonly loginOf: (token: string) => Promise<string | undefined>;
  /** GitHub no longer accepts the token of this session. */
  readonly end: (session: TokenClaims) => Promise<void>;
  readonly now: () => number;
}

/**
 * Whether a session that began with a GitHub token can continue. GitHub is asked before each renewal, in the background, so that no request
 * waits for it. Tokens are only held in memory: after a restart, such sessions are not renewed and end when they expire.
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

  /** Whether it can be renewed now. If not, a later request checks again. */
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
      // GitHub is down: the session continues until it expires, and a later request checks again.
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
