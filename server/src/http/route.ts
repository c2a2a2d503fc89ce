import type { TSchema } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/auth.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { QueryControl } from '../model/query.ts';
import type { AuditDetails } from './security-log.ts';

/**
 * Who may use a route.
 * `open`: anybody. `user`: whoever signed in. `read`: users, and a read key of that app. `ingest`: admins, and a write
 * key of that app. `admin`: admins.
 */
export type Access = 'open' | 'user' | 'read' | 'ingest' | 'admin';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly schema: TSchema;
}

export interface AnswerDoc {
  readonly description: string;
  /** Media type → schema; none: an empty body. */
  readonly content?: Readonly<Record<string, TSchema>>;
}

/** One request on its way through a handler. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Absent on `open` routes alone. */
  readonly who: Identity | undefined;
  /** The `:app` of the path; empty where there is none. */
  readonly app: string;
  /** The query string without `access_token`. */
  readonly search: URLSearchParams;
  /** The JSON body of a route that declares one. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The limits of a question, stopped when the caller goes away. */
  control(): QueryControl;
  /** Adds to the line of the security log. */
  audit(details: AuditDetails): void;
  /** Writes a line of the security log now: of an answer that flows, when it has ended. */
  audited(action: string, details: AuditDetails): void;
}

/** One method of one resource: what is registered and what the OpenAPI document says are both read from it. */
export interface Route {
  readonly method: Method;
  readonly url: string;
  readonly summary: string;
  readonly access: Access;
  /** Lets a request in that `access` alone would not. */
  readonly isOpenTo?: (request: FastifyRequest) => boolean;
  /** Which of the two lists of origins may use it from a browser. */
  readonly cors?: 'ingest' | 'read';
  readonly query?: readonly Parameter[];
  /** A JSON object; members it does not name are refused. */
  readonly body?: TSchema;
  /** Of `body`; absent: 1 MiB. */
  readonly bodyMaxBytes?: number;
  /** Said of a body that the handler reads by itself. */
  readonly rawBody?: Readonly<Record<string, TSchema>>;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** Codes beyond those that every route may answer. */
  readonly errors?: readonly ErrorCode[];
  /** Measured as a question: `Server-Timing` and the histogram of /metrics. */
  readonly timed?: boolean;
  /** What the security log calls it; each call is a line there. */
  readonly audit?: string;
  /** What it resolves with is sent, `undefined` when it sent by itself. */
  readonly handler: (call: Call) => Promise<unknown>;
}
