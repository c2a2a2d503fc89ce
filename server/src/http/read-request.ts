/** Reads the path, the query string and the body of a request as the schemas of its route describe them. */
import type { TObject, TSchema } from '@sinclair/typebox';
import { ERRORS, type ErrorCode, SeismoError } from '../model/errors.ts';
import { checkSchema, faultOf } from '../model/schema-check.ts';
import { wordList } from '../model/word-list.ts';
import { FILTER_MAX_LENGTH, FILTER_NAMES, type FilterParameters, isFilterName } from '../reports/filters.ts';

/** Of a query string. */
const PARAMETERS_MAX = 100;

export interface QueryValues {
  readonly query: Record<string, unknown>;
  readonly filters: FilterParameters;
}

const NO_FILTERS: FilterParameters = new Map();

/** @throws the code of the failed part of the schema, or else NOT_FOUND, because such a thing can't exist */
export function readPath(schema: TObject, given: unknown): Record<string, unknown> {
  const fault = faultOf(schema, given);
  if (fault === undefined) return given as Record<string, unknown>;
  const { code = 'NOT_FOUND', path, rule } = fault;
  const isAbsent = ERRORS[code].status === 404;
  throw new SeismoError(code, `${isAbsent ? `${ERRORS[code].title}: ` : ''}\`${path}\` ${rule}`, { field: path });
}

/**
 * `limit=10&fresh=false` → `{limit: 10, fresh: false}`, with defaults for what is absent.
 * @throws PARAMETER_UNKNOWN, PARAMETER_INVALID
 */
export function readQuery(schema: TObject, takesFilters: boolean, search: URLSearchParams): QueryValues {
  const query: Record<string, unknown> = {};
  const filters = takesFilters && search.size > 0 ? new Map<string, string>() : undefined;
  let count = 0;
  for (const [name, value] of search) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const isFilter = property === undefined && filters !== undefined && isFilterName(name);
    if (property === undefined && !isFilter) {
      if (schema.additionalProperties === true) continue;
      throw unknownParameter(name, schema, takesFilters);
    }
    if (Object.hasOwn(query, name) || filters?.has(name)) throw parameterFault(name, 'appears twice. Send it once.');
    if (++count > PARAMETERS_MAX)
      throw parameterFault(name, `is one parameter too many: at most ${PARAMETERS_MAX} are allowed.`);
    if (property !== undefined) query[name] = typed(property, value);
    else if (value.length <= FILTER_MAX_LENGTH) filters?.set(name, value);
    else
      throw parameterFault(
        name,
        `must be a string of at most ${FILTER_MAX_LENGTH.toLocaleString('en-US')} characters.`,
      );
  }
  for (const [name, { default: absent }] of Object.entries(schema.properties))
    if (absent !== undefined && !Object.hasOwn(query, name)) query[name] = absent;
  checkSchema(schema, query, 'PARAMETER_INVALID', 'The query string');
  return { query, filters: filters ?? NO_FILTERS };
}

/** @throws REQUEST_INVALID, or the code of the failed part of the schema */
export function readBody(schema: TObject, given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new SeismoError('REQUEST_INVALID', 'The body must be a JSON object.');
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(schema.properties, name));
  if (unknown !== undefined) throw unknownName('REQUEST_INVALID', 'field', unknown, Object.keys(schema.properties));
  checkSchema(schema, given, 'REQUEST_INVALID', 'The body');
  return given as Record<string, unknown>;
}

/** The value of the text in the schema's type, or the text itself if it has none, which the check then rejects. */
function typed(schema: TSchema, text: string): unknown {
  switch (schema['type']) {
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    default:
      return text;
  }
}

const unknownParameter = (name: string, schema: TObject, takesFilters: boolean): SeismoError =>
  unknownName('PARAMETER_UNKNOWN', 'parameter', name, [
    ...Object.keys(schema.properties),
    ...(takesFilters ? FILTER_NAMES : []),
  ]);

function unknownName(
  code: ErrorCode,
  kind: 'parameter' | 'field',
  name: string,
  known: readonly string[],
): SeismoError {
  const field = name.slice(0, 80);
  const end = known.length === 0 ? `This route takes no ${kind}s` : `The known ${kind}s are ${wordList(known)}`;
  return new SeismoError(code, `There is no ${kind} \`${field}\` here. ${end}.`, { field });
}

const parameterFault = (name: string, rule: string): SeismoError =>
  new SeismoError('PARAMETER_INVALID', `\`${name.slice(0, 80)}\` ${rule}`, { field: name.slice(0, 80) });

/** The error codes that a schema's own keywords name. */
export function codesOf(schema: unknown): ErrorCode[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'x-error-code' ? [value as ErrorCode] : codesOf(value),
  );
}
