import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/auth.ts';
import type { ErrorCode } from '../model/errors.ts';
import { isLocalSocket } from './local-socket.ts';

/** What a handler adds to its line: what it changed, and how many. Never a secret. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface AuditedRequest {
  /** The action in the words of the route: `sign in`, `create key`. */
  readonly action: string;
  readonly request: FastifyRequest;
  readonly identity: Identity | undefined;
  readonly details: AuditDetails;
}

/** Errors of callers who tried something they are not allowed to do. Every visitor who is not signed in gets the other errors. */
const DENIED: ReadonlySet<ErrorCode> = new Set([
  'AUTH_TOKEN_INVALID',
  'AUTH_FAILED',
  'AUTH_FORBIDDEN',
  'AUTH_CROSS_SITE',
  'AUTH_ORIGIN_REFUSED',
  'AUTH_TOO_MANY',
]);
/** Lines per minute about denied requests and callers without credentials: a page with a revoked key must not fill the disk. */
const DENIED_MAX = 100;
const DENIED_WINDOW_MS = 60_000;

/** One line for each event that matters in an investigation: who did what, from where, and whether it succeeded. */
export class SecurityLog {
  readonly #logger: FastifyBaseLogger;
  readonly #now: () => number;
  #windowAt = 0;
  #denied = 0;

  constructor(logger: FastifyBaseLogger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  done({ action, request, identity, details }: AuditedRequest): void {
    this.#logger.info({ security: action, ...originOf(request, identity), ...details, outcome: 'done' }, 'security');
  }

  /** @param code the reason. Only audited actions and denied access are logged. */
  failed({ action, request, identity, details }: AuditedRequest, code: ErrorCode): void {
    const isDenied = DENIED.has(code);
    if (action === '' && !isDenied) return;
    // Anyone can send a sign-in that fails, for whatever reason.
    const isBounded = isDenied || identity === undefined;
    if (isBounded && !this.#mayWrite()) return;
    const security = action === '' ? 'access' : action;
    this.#logger.warn({ security, ...originOf(request, identity), ...details, outcome: code }, 'security');
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

function originOf(request: FastifyRequest, identity: Identity | undefined): Readonly<Record<string, unknown>> {
  const from = isLocalSocket(request.raw.socket) ? 'this machine' : request.ip;
  const by =
    identity === undefined ? undefined : identity.kind === 'user' ? `user ${identity.name}` : `key ${identity.id}`;
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
