import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/auth.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { QueryControl } from '../model/query.ts';
import type { FilterParameters } from '../reports/filters.ts';
import type { AuditDetails } from './security-log.ts';

/**
 * Who may use a route.
 * `open`: anybody. `user`: whoever signed in. `read`: users, and a read key of that app. `ingest`: admins, and a write
 * key of that app. `admin`: admins.
 */
export type Access = 'open' | 'user' | 'read' | 'ingest' | 'admin';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface AnswerDoc {
  readonly description: string;
  /** Media type → schema; none: an empty body. */
  readonly content?: Readonly<Record<string, TSchema>>;
}

type Values = Readonly<Record<string, unknown>>;

/** One request on its way through a handler. */
export interface Call<Params = Values, Query = Values, Body = Values> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Absent on `open` routes alone. */
  readonly who: Identity | undefined;
  /** The `:app` of the path; empty where there is none. */
  readonly app: string;
  /** As the schemas of the route say, with their defaults. */
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The filters of the query string, of a route that takes them: `data.ms[gte]` → `500`. */
  readonly filters: FilterParameters;
  /** The limits of a question, stopped when the caller goes away. */
  control(): QueryControl;
  /** Adds to the line of the security log. */
  audit(details: AuditDetails): void;
  /** Writes a line of the security log now: of an answer that flows, when it has ended. */
  audited(action: string, details: AuditDetails): void;
}

/**
 * One method of one resource: what is registered, what is checked and what the OpenAPI document says are all read from it.
 * A schema's properties carry descriptions, bounds and defaults; `x-error-code` and `x-expected` (model/schema-check.ts).
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
  /** Lets a request in that `access` alone would not. */
  readonly isOpenTo?: (request: FastifyRequest) => boolean;
  /** Which of the two lists of origins may use it from a browser. */
  readonly cors?: 'ingest' | 'read';
  /** Of every part of `url` that is named. */
  readonly params?: Params;
  /** Texts, whole numbers, booleans and unions of texts. Other names are rejected unless `additionalProperties` lets them be; without a schema the query string is ignored. */
  readonly query?: Query;
  /** Whether the query string may hold filters too. */
  readonly takesFilters?: boolean;
  /** A JSON object; names that it does not hold are rejected. */
  readonly body?: Body;
  /** Of `body`; absent: 1 MiB. */
  readonly bodyMaxBytes?: number;
  /** Said of a body that the handler reads by itself. */
  readonly rawBody?: Readonly<Record<string, TSchema>>;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** Codes beyond those that every route may answer, and those of its schemas. */
  readonly errors?: readonly ErrorCode[];
  /** Measured as a question: `Server-Timing` and the histogram of /metrics. */
  readonly timed?: boolean;
  /** What the security log calls it; each call is a line there. */
  readonly audit?: string;
  /** What it resolves with is sent, `undefined` when it sent by itself. */
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
