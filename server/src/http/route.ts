import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/auth.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { QueryControl } from '../model/query.ts';
import type { FilterParameters } from '../reports/filters.ts';
import type { AuditDetails } from './security-log.ts';

/**
 * Who can use a route.
 * `open`: anyone. `user`: signed-in users. `read`: users, and a read key of that app. `ingest`: admins, and a write
 * key of that app. `admin`: admins.
 */
export type Access = 'open' | 'user' | 'read' | 'ingest' | 'admin';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface AnswerDoc {
  readonly description: string;
  /** Media type → schema. None: an empty body. */
  readonly content?: Readonly<Record<string, TSchema>>;
}

type Values = Readonly<Record<string, unknown>>;

/** A request as a handler sees it. */
export interface Call<Params = Values, Query = Values, Body = Values> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Absent only on `open` routes. */
  readonly identity: Identity | undefined;
  /** The `:app` of the path, or empty if there is none. */
  readonly app: string;
  /** As the route's schemas describe them, with defaults. */
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The filters in the query string, for routes that accept them: `data.ms[gte]` → `500`. */
  readonly filters: FilterParameters;
  /** The limits of a query, which stops when the client disconnects. */
  control(): QueryControl;
  /** Adds details to the line of the security log. */
  audit(details: AuditDetails): void;
  /** Writes a line to the security log now: for streamed answers, when they have ended. */
  audited(action: string, details: AuditDetails): void;
}

/**
 * One method of one resource. Registration, checks and the OpenAPI document are all derived from it.
 * Schema properties have descriptions, bounds and defaults; also `x-error-code` and `x-expected` (model/schema-check.ts).
 */
export interface Route<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TObject = TObject,
> {
  readonly method: Method;
  readonly url: string;
  readonly summary: string;
  readonly access: Access;
  /** Admits a request that `access` alone would not. */
  readonly isOpenTo?: (request: FastifyRequest) => boolean;
  /** Which of the two lists of origins can use it from a browser. */
  readonly cors?: 'ingest' | 'read';
  /** A schema for every named part of `url`. */
  readonly params?: Params;
  /** Strings, integers, booleans and unions of strings. Other names are rejected unless `additionalProperties` allows them. Without a schema, the query string is ignored. */
  readonly query?: Query;
  /** Whether the query string can contain filters too. */
  readonly takesFilters?: boolean;
  /** A JSON object. Unknown names are rejected. */
  readonly body?: Body;
  /** Maximum size of `body`. Default: 1 MiB. */
  readonly bodyMaxBytes?: number;
  /** Describes a body that the handler reads itself. */
  readonly rawBody?: Readonly<Record<string, TSchema>>;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** Error codes besides those of every route and of the schemas. */
  readonly errors?: readonly ErrorCode[];
  /** Measured as a query: `Server-Timing` and the histogram in /metrics. */
  readonly timed?: boolean;
  /** The name of the action in the security log. Each call writes a line. */
  readonly audit?: string;
  /** Its result is sent. `undefined` if it has answered itself. */
  handler(call: Call<Static<Params>, Static<Query>, Static<Body>>): Promise<unknown>;
}

/** Gives the handler the types of the schemas. */
export const route = <
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TObject = TObject,
>(
  definition: Route<Params, Query, Body>,
): Route => definition;
