import type { FastifyRequest } from 'fastify';
import type { Auth, Identity, Via } from '../auth/auth.ts';
import { SeismoError } from '../model/errors.ts';
import { tokenCookie } from './cookie.ts';
import { isLocalSocket } from './local-socket.ts';
import type { Access } from './route.ts';

interface Credential {
  readonly token: string;
  readonly via: Via;
}

const LOCAL_SESSION_MS = 3_600_000;

/**
 * The credential of a request: `X-Access-Token`, `Authorization: Bearer`, `?access_token=`, then the cookie. The first
 * one present counts, so a valid cookie never makes up for an invalid header. Another scheme in `Authorization` belongs to
 * a proxy in front of us and is ignored.
 */
export function credentialOf(request: FastifyRequest, search: URLSearchParams): Credential | undefined {
  const header = request.headers['x-access-token'];
  if (typeof header === 'string' && header !== '') return { token: header, via: 'header' };
  const bearer = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { token: bearer, via: 'header' };
  const inQuery = search.get('access_token');
  if (inQuery !== null && inQuery !== '') return { token: inQuery, via: 'query' };
  const cookie = tokenCookie(request);
  return cookie === undefined ? undefined : { token: cookie, via: 'cookie' };
}

/** @returns the caller, or undefined if the request has no credential. @throws AUTH_TOKEN_INVALID, AUTH_CROSS_SITE */
export async function authenticate(
  auth: Auth,
  request: FastifyRequest,
  search: URLSearchParams,
  access: Access,
  now: number,
): Promise<Identity | undefined> {
  const credential = credentialOf(request, search);
  if (credential === undefined || (access === 'ingest' && credential.via === 'cookie' && hasOrigin(request))) {
    // A page on another site could post with the visitor's cookie, so with an Origin, ingest needs a key or a token in a header.
    if (!isLocalSocket(request.raw.socket)) return undefined;
    return { kind: 'user', name: 'local', role: 'admin', via: 'header', expiresAt: now + LOCAL_SESSION_MS };
  }
  const identity = await auth.identify(credential.token, credential.via);
  if (credential.via === 'cookie' && changes(request) && !isSameOrigin(request))
    throw new SeismoError(
      'AUTH_CROSS_SITE',
      'The request has only a cookie, and nothing shows that it comes from this origin. Send the token in `X-Access-Token`.',
    );
  return identity;
}

/** @throws AUTH_REQUIRED, AUTH_FORBIDDEN, AUTH_ORIGIN_REFUSED */
export function authorize(identity: Identity | undefined, access: Access, app: string, request: FastifyRequest): void {
  if (access === 'open') return;
  if (identity === undefined)
    throw new SeismoError('AUTH_REQUIRED', 'The request has no token and no key where this route expects them.');
  if (identity.kind === 'user') {
    if (identity.role === 'admin' || access === 'user' || access === 'read') return;
    throw forbidden(`The user \`${identity.name}\` is a viewer. Viewers can read everything, but not change anything.`);
  }
  if (access !== 'read' && access !== 'ingest') throw forbidden('A key can only post or read the events of its app.');
  const wanted = access === 'ingest' ? 'write' : 'read';
  if (identity.scope !== wanted) throw forbidden(`A ${identity.scope} key can't do this. Use a ${wanted} key.`);
  if (app !== '' && identity.app !== app) throw forbidden('The key is for another app.');
  if (identity.scope === 'write' && identity.origins.length > 0) {
    const origin = request.headers.origin;
    if (origin === undefined || !identity.origins.includes(origin))
      throw new SeismoError(
        'AUTH_ORIGIN_REFUSED',
        "The key can only be used from the origins it lists, and the request's `Origin` is not one of them.",
      );
  }
}

const forbidden = (detail: string): SeismoError => new SeismoError('AUTH_FORBIDDEN', detail);

const hasOrigin = (request: FastifyRequest): boolean => request.headers.origin !== undefined;

const changes = ({ method }: FastifyRequest): boolean => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';

/** Whether the browser says that the page belongs to this server. `Sec-Fetch-Site` decides if it is sent: pages can't forge it. */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return request.headers.origin?.toLowerCase() === `${request.protocol}://${request.host}`.toLowerCase();
}

/** Whether the browser says that the page belongs to another server. Programs other than browsers do not say so. */
export function isCrossSite(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined && !hasOrigin(request)) return false;
  return site !== 'none' && !isSameOrigin(request);
}
