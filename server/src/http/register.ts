import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/auth.ts';
import { SeismoError } from '../model/errors.ts';
import type { Caller, QueryControl } from '../model/query.ts';
import { prepareZone } from '../time/zone-spans.ts';
import { authenticate, authorize } from './authenticate.ts';
import { jsonOf } from './body.ts';
import { setTokenCookie } from './cookie.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import type { HttpDeps } from './deps.ts';
import type { Metrics } from './metrics.ts';
import { asSeismoError } from './problem.ts';
import { type QueryValues, readBody, readPath, readQuery } from './read-request.ts';
import type { Call, Route } from './route.ts';
import { type AuditDetails, type AuditedRequest, SecurityLog } from './security-log.ts';
import { searchOf } from './url.ts';

/** Administrative bodies are small. */
const JSON_BODY_MAX_BYTES = 1024 * 1024;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Registers the routes, and for each URL the preflight and the 405 of all other methods. */
export function registerRoutes(app: FastifyInstance, routes: readonly Route[], deps: HttpDeps, metrics: Metrics): void {
  const log = new SecurityLog(deps.logger, deps.now);
  const byUrl = new Map<string, Route[]>();
  for (const route of routes) {
    checkPathOf(route);
    byUrl.set(route.url, [...(byUrl.get(route.url) ?? []), route]);
    app.route({
      method: route.method,
      url: route.url,
      handler: (request, reply) =>
        audited(route, log, request, (audit) => answer({ route, deps, metrics, log, audit }, request, reply)),
    });
  }
  for (const [url, ofUrl] of byUrl) {
    const known = new Set<string>(ofUrl.map(({ method }) => method));
    if (known.has('GET')) known.add('HEAD');
    known.add('OPTIONS');
    const allow = METHODS.filter((method) => known.has(method)).join(', ');
    app.route({
      method: 'OPTIONS',
      url,
      handler: (request, reply) => answerPreflight(ofUrl, allow, deps.config, request, reply),
    });
    app.route({
      method: METHODS.filter((method) => !known.has(method)),
      url,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        reply.header('allow', allow);
        throw new SeismoError('METHOD_NOT_ALLOWED', `\`${request.method}\` is not possible here. Use ${allow}.`);
      },
    });
  }
}

/** Every named part of the path has a schema. @throws BUG */
function checkPathOf({ url, params }: Route): void {
  const named = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const known = Object.keys(params?.properties ?? {});
  if (named.join() !== known.join())
    throw new SeismoError('BUG', `${url} names ${named.join(', ')}, and its schema ${known.join(', ')}.`);
}

/** What is known so far for the line of the security log. */
interface Audit {
  identity: Identity | undefined;
  details: AuditDetails;
}

async function audited(
  route: Route,
  log: SecurityLog,
  request: FastifyRequest,
  work: (audit: Audit) => Promise<unknown>,
): Promise<unknown> {
  const audit: Audit = { identity: undefined, details: {} };
  const line = (): AuditedRequest => ({ action: route.audit ?? '', request, ...audit });
  try {
    const value = await work(audit);
    if (route.audit !== undefined) log.done(line());
    return value;
  } catch (error) {
    log.failed(line(), asSeismoError(error).code);
    throw error;
  }
}

interface Answering {
  readonly route: Route;
  readonly deps: HttpDeps;
  readonly metrics: Metrics;
  readonly log: SecurityLog;
  readonly audit: Audit;
}

async function answer(
  { route, deps, metrics, log, audit }: Answering,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const startedAt = performance.now();
  // First, so that a page can read errors too.
  allowOrigin(route.cors, deps.config, request, reply);
  const search = searchOf(request);
  const identity =
    route.access === 'open' ? undefined : await authenticate(deps.auth, request, search, route.access, deps.now());
  audit.identity = identity;
  if (identity?.kind === 'user' && identity.renewed) setTokenCookie(request, reply, identity.renewed, deps.now());
  const app = (request.params as { app?: string }).app ?? '';
  if (identity !== undefined || !route.isOpenTo?.(request)) authorize(identity, route.access, app, request);
  search.delete('access_token');
  const params = route.params ? readPath(route.params, request.params) : {};
  const { query, filters }: QueryValues = route.query
    ? readQuery(route.query, route.takesFilters ?? false, search)
    : { query: {}, filters: new Map() };
  const call: Call = {
    request,
    reply,
    identity,
    app,
    params,
    query,
    filters,
    body: route.body
      ? readBody(
          route.body,
          await jsonOf(request.raw, { maxBytes: route.bodyMaxBytes ?? JSON_BODY_MAX_BYTES, budget: deps.bodies }),
        )
      : {},
    control: () => controlOf(deps, reply, callerOf(identity)),
    audit: (details) => {
      audit.details = { ...audit.details, ...details };
    },
    audited: (action, details) => log.done({ action, request, identity, details }),
  };
  if (route.access !== 'open' && route.access !== 'ingest') reply.header('cache-control', 'no-store');
  if (typeof query['timeZone'] === 'string') await prepareZone(query['timeZone']);
  if (!route.timed) return (await route.handler(call)) ?? reply;
  try {
    const value = await route.handler(call);
    const durationMs = performance.now() - startedAt;
    const parts = [reply.getHeader('server-timing'), `total;dur=${durationMs.toFixed(1)}`];
    reply.header('server-timing', parts.filter((part) => part !== undefined).join(', '));
    return value ?? reply;
  } finally {
    metrics.questionSeconds.observe({ route: route.url }, (performance.now() - startedAt) / 1000);
  }
}

/** All viewers of shared links are one caller with at most one session of the engine. The rest is for users who signed in. */
const LINK_READERS: Caller = { name: 'links', runningMax: 1 };

function callerOf(identity: Identity | undefined): Caller {
  if (identity === undefined) return LINK_READERS;
  return { name: identity.kind === 'key' ? `key ${identity.id}` : `user ${identity.name}` };
}

function controlOf({ config }: HttpDeps, reply: FastifyReply, caller: Caller): QueryControl {
  const gone = new AbortController();
  const stop = (): void => gone.abort(new SeismoError('SERVER_STOPPING', 'The client disconnected.'));
  // If the client disconnected while the query was read, nothing is reported again.
  if (reply.raw.destroyed) stop();
  else
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) stop();
    });
  return {
    maxSeconds: config.queryMaxSeconds,
    maxBytes: config.queryMaxBytes,
    maxRows: config.queryMaxRows,
    caller,
    signal: gone.signal,
  };
}
