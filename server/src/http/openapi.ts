import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { ERRORS, type ErrorCode } from '../model/errors.ts';
import { codesOf } from './read-request.ts';
import type { Access, AnswerDoc, Route } from './route.ts';
import { FILTERS } from './routes/schemas.ts';

const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum(Object.fromEntries(Object.keys(ERRORS).map((code) => [code, code]))),
    instance: Type.String(),
    remedy: Type.String(),
    retry: Type.Boolean({ description: 'Whether the same request may succeed later.' }),
    field: Type.Optional(Type.String()),
  },
  { description: 'A problem as defined by RFC 9457.', additionalProperties: true },
);

const WHO: Readonly<Record<Access, string>> = {
  open: 'For anybody.',
  user: 'For signed-in users.',
  read: 'For users, and for a read key of the app.',
  ingest: 'For admins, and for a write key of the app.',
  admin: 'For admins.',
};

/** Error codes that come from the access rules of a route. */
const WHO_ERRORS: readonly ErrorCode[] = ['AUTH_REQUIRED', 'AUTH_TOKEN_INVALID', 'AUTH_FORBIDDEN'];
/** Errors of the router: a part of the path that is too long or has wrong percent-encoding. */
const PATH_ERRORS: readonly ErrorCode[] = ['NOT_FOUND', 'REQUEST_INVALID'];
const QUERY_ERRORS: readonly ErrorCode[] = ['PARAMETER_UNKNOWN', 'PARAMETER_INVALID'];
const BODY_ERRORS: readonly ErrorCode[] = [
  'BODY_EMPTY',
  'BODY_NOT_JSON',
  'BODY_NOT_UTF8',
  'BODY_TOO_LARGE',
  'BODY_ENCODING_UNKNOWN',
  'BODY_ENCODING_BROKEN',
  'BODY_CUT_SHORT',
  'REQUEST_INVALID',
  'SERVER_BUSY',
];

/** The OpenAPI 3.1 document of these routes. */
export function openApiOf(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = templateOf(route.url);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const schemas: Record<string, unknown> = { Problem: hoist(Problem, {}) };
  const named = hoist(paths, schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Seismo',
      version,
      description:
        'Self-hosted event analytics. An event is stored durably before its request is answered. Errors are `application/problem+json`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '.' }],
    paths: named,
    components: {
      schemas,
      securitySchemes: {
        header: { type: 'apiKey', in: 'header', name: 'X-Access-Token', description: 'A token or a key.' },
        bearer: { type: 'http', scheme: 'bearer', description: 'A token or a key.' },
        query: { type: 'apiKey', in: 'query', name: 'access_token', description: 'A token or a key.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'token', description: 'A token, never a key.' },
      },
    },
  };
}

/** Schemas with a name appear once, among the components; everything else refers to them. */
function hoist(value: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((each) => hoist(each, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const names = textsOf(value);
  if (names) return hoist({ ...value, anyOf: undefined, type: 'string', enum: names }, schemas);
  const { $id: id, ...rest } = value as { $id?: unknown };
  const entries = Object.entries(typeof id === 'string' ? rest : value).map(([key, each]) => [
    key,
    key === '$ref' && typeof each === 'string' && !each.startsWith('#') ? `#/components/schemas/${each}` : each,
  ]);
  if (typeof id !== 'string')
    return Object.fromEntries(entries.map(([key, each]) => [key, hoist(each, schemas)] as const));
  if (!(id in schemas)) {
    // Registered before its parts are visited, because they can refer to it.
    schemas[id] = {};
    schemas[id] = Object.fromEntries(entries.map(([key, each]) => [key, hoist(each, schemas)] as const));
  }
  return { $ref: `#/components/schemas/${id}` };
}

/** The values of a union of strings, which becomes an `enum`. */
function textsOf(schema: object): string[] | undefined {
  const members = 'anyOf' in schema && Array.isArray(schema.anyOf) ? (schema.anyOf as readonly object[]) : [];
  const texts = members.flatMap((each) => ('const' in each && typeof each.const === 'string' ? [each.const] : []));
  return texts.length > 0 && texts.length === members.length ? texts : undefined;
}

/** `/api/events/:app` → `/api/events/{app}` */
export const templateOf = (url: string): string => url.replace(/:(\w+)/g, '{$1}');

function operationOf(route: Route): object {
  const content = route.rawBody ?? (route.body ? { 'application/json': route.body } : undefined);
  const operationId = `${route.method.toLowerCase()} ${route.url}`
    .split(/[^A-Za-z]+/)
    .filter((word) => word !== '')
    .map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('');
  return {
    operationId,
    tags: [tagOf(route.url)],
    summary: route.summary,
    description: WHO[route.access],
    ...(route.access !== 'open' && { security: [{ header: [] }, { bearer: [] }, { query: [] }, { cookie: [] }] }),
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...(route.takesFilters ? parametersOf('query', FILTERS) : []),
    ],
    ...(content && { requestBody: { required: true, content: mediaOf(content) } }),
    responses: { ...answersOf(route.answers), ...errorsOf(route) },
  };
}

const tagOf = (url: string): string => /^\/(?:api\/|admin\/)?([\w-]+)/.exec(url)?.[1] ?? 'server';

/** Fields with a default are optional. */
function parametersOf(place: 'path' | 'query', schema: TObject | undefined): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: (schema?.required ?? []).includes(name) && rest['default'] === undefined,
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

const mediaOf = (content: Readonly<Record<string, TSchema>>): object =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));

function answersOf(answers: Readonly<Record<number, AnswerDoc>>): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, content }]) => [
      status,
      { description, ...(content && { content: mediaOf(content) }) },
    ]),
  );
}

/** The error codes by status. */
function errorsOf(route: Route): object {
  const codes = new Set<ErrorCode>([
    ...(route.access === 'open' ? [] : WHO_ERRORS),
    ...(route.params ? PATH_ERRORS : []),
    ...(route.query ? QUERY_ERRORS : []).filter(
      (code) => code !== 'PARAMETER_UNKNOWN' || route.query?.additionalProperties !== true,
    ),
    ...(route.body ? BODY_ERRORS : []),
    ...[route.params, route.query, route.body].flatMap(codesOf),
    ...(route.errors ?? []),
    'BUG',
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(ERRORS[code].status, [...(byStatus.get(ERRORS[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `${code}: ${ERRORS[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
