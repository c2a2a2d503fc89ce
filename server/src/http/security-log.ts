import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/auth.ts';
import type { ErrorCode } from '../model/errors.ts';
import { isLocalSocket } from './local-socket.ts';

/** What a handler adds to its line: whom or what it changed, and how many. Never a secret. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface AuditedRequest {
  /** In the words of the route: `sign in`, `create key`. */
  readonly action: string;
  readonly request: FastifyRequest;
  readonly who: Identity | undefined;
  readonly details: AuditDetails;
}

/** Refusals that say somebody tried what they may not. That nobody is signed in is said to every visitor. */
const DENIED: ReadonlySet<ErrorCode> = new Set([
  'AUTH_TOKEN_INVALID',
  'AUTH_FAILED',
  'AUTH_FORBIDDEN',
  'AUTH_CROSS_SITE',
  'AUTH_ORIGIN_REFUSED',
  'AUTH_TOO_MANY',
]);
/** Lines a minute about refusals: a page with a revoked key must not fill the disk with them. */
const DENIED_MAX = 100;
const DENIED_WINDOW_MS = 60_000;

/** One line for each thing that matters when something went wrong: who did it, from where, what, and whether it succeeded. */
export class SecurityLog {
  readonly #logger: FastifyBaseLogger;
  readonly #now: () => number;
  #windowAt = 0;
  #denied = 0;

  constructor(logger: FastifyBaseLogger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  done({ action, request, who, details }: AuditedRequest): void {
    this.#logger.info({ security: action, ...originOf(request, who), ...details, outcome: 'done' }, 'security');
  }

  /** @param code why; what is neither an audited action nor a denied access is not written */
  failed({ action, request, who, details }: AuditedRequest, code: ErrorCode): void {
    const isDenied = DENIED.has(code);
    if (action === '' && !isDenied) return;
    if (isDenied && !this.#mayWrite()) return;
    const security = action === '' ? 'access' : action;
    this.#logger.warn({ security, ...originOf(request, who), ...details, outcome: code }, 'security');
  }

  #mayWrite(): boolean {
    const now = this.#now();
    if (Math.abs(now - this.#windowAt) >= DENIED_WINDOW_MS) {
      if (this.#denied > DENIED_MAX)
        this.#logger.warn({ security: 'access', notShown: this.#denied - DENIED_MAX }, 'security');
      this.#windowAt = now;
      this.#denied = 0;
    }
    return ++this.#denied <= DENIED_MAX;
  }
}

function originOf(request: FastifyRequest, who: Identity | undefined): Readonly<Record<string, unknown>> {
  const from = isLocalSocket(request.raw.socket) ? 'this machine' : request.ip;
  const by = who === undefined ? undefined : who.kind === 'user' ? `user ${who.name}` : `key ${who.id}`;
  const { app, name, id } = request.params as Readonly<Record<string, string | undefined>>;
  return {
    ...(by !== undefined && { by }),
    from,
    route: `${request.method} ${request.routeOptions.url ?? ''}`,
    ...(app !== undefined && { app }),
    ...(name !== undefined && { name }),
    ...(id !== undefined && { id }),
  };
}
