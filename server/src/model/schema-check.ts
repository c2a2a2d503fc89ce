/** Checks a value from outside against a schema, and says where it is wrong and what would be right. */
import type { Static, TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import { ERRORS, type ErrorCode, SeismoError } from './errors.ts';
import { phraseList, wordList } from './word-list.ts';

/*
 * Our own keywords in a schema. The OpenAPI document contains them.
 * `x-expected`: completes "must be" if a pattern is not clear enough.
 * `x-error-code`: the error code if the value, or a part of it, does not match the schema.
 * `x-object-hint`: the complete rule for an object that the schema does not accept.
 */
export const OBJECT_HINT = 'x-object-hint';

export interface Fault {
  /** Such as `series[0].measure`. Empty for the value itself. */
  readonly path: string;
  /** A sentence without its subject: `must be a whole number from 1 to 1,000.` */
  readonly rule: string;
  /** The schema's own code (`x-error-code`), from the innermost part that has one. */
  readonly code: ErrorCode | undefined;
  /** The object has a field that the schema does not know. */
  readonly isUnknown: boolean;
}

/** Deeper than anyone needs. */
const DEPTH_MAX = 24;

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>();

/** Compiled at the first use: 1 to 30 ms for each schema, then about 0.1 to 0.5 µs for each check (docs/decisions/compiled-schemas.md). */
function compiledOf(schema: TSchema): TypeCheck<TSchema> {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = TypeCompiler.Compile(schema);
    compiled.set(schema, check);
  }
  return check;
}

/** Undefined if the value matches the schema. */
export function faultOf(schema: TSchema, value: unknown): Fault | undefined {
  if (depthOf(value) > DEPTH_MAX)
    return {
      path: '',
      rule: `is nested more than ${DEPTH_MAX} levels deep.`,
      code: codeAt(schema, []),
      isUnknown: false,
    };
  if (compiledOf(schema).Check(value)) return undefined;
  const fault = faultIn(schema, value);
  const steps = stepsOf(fault.path);
  return {
    path: pathText(steps),
    rule: ruleOf(fault),
    code: codeAt(schema, steps),
    isUnknown: fault.type === ValueErrorType.ObjectAdditionalProperties,
  };
}

/** Throws the fault as an error, with the schema's own code or else `code`. @param whole the name of the value itself */
export function checkSchema(schema: TSchema, value: unknown, code: ErrorCode, whole: string): void {
  const fault = faultOf(schema, value);
  if (fault === undefined) return;
  const { path, rule } = fault;
  throw new SeismoError(fault.code ?? code, `${path === '' ? whole : `\`${path}\``} ${rule}`, {
    ...(path !== '' && { field: path }),
  });
}

/** @throws the schema's own code, else REQUEST_INVALID */
export function parse<T extends TSchema>(schema: T, value: unknown): Static<T> {
  checkSchema(schema, value, 'REQUEST_INVALID', 'The request');
  return value as Static<T>;
}

function faultIn(schema: TSchema, value: unknown): ValueError {
  let fault = Value.Errors(schema, value).First()!;
  while (fault.type === ValueErrorType.Union) {
    if (isObject(fault.value) && OBJECT_HINT in fault.schema) break;
    const inner = ofItsKind(fault) ?? (hasNothingOf(fault) ? undefined : closest(fault));
    if (inner === undefined) break;
    fault = inner;
  }
  return fault;
}

/** If `kind` distinguishes the members of a union, it shows which one was meant. */
function ofItsKind({ schema, value, path, errors, message }: ValueError): ValueError | undefined {
  const kinds = membersOf(schema).map((member) => member['properties']?.kind as TSchema | undefined);
  if (!isObject(value)) return undefined;
  if (!kinds.every((kind) => kind !== undefined && 'const' in kind)) return undefined;
  const asked: unknown = 'kind' in value ? value.kind : undefined;
  const index = kinds.findIndex((kind) => kind!['const'] === asked);
  if (index !== -1) return errors[index]!.First();
  const known = { anyOf: kinds } as unknown as TSchema;
  return { type: ValueErrorType.Union, schema: known, path: `${path}/kind`, value: asked, message, errors: [] };
}

/** An object without any field of the union: no member was meant. */
function hasNothingOf({ schema, value }: ValueError): boolean {
  const fields = fieldsOf(schema);
  return fields.length > 0 && isObject(value) && !Object.keys(value).some((name) => fields.includes(name));
}

const membersOf = (schema: TSchema): readonly TSchema[] => (schema['anyOf'] as readonly TSchema[] | undefined) ?? [];
const fieldsOf = (schema: TSchema): string[] => [
  ...new Set(membersOf(schema).flatMap((member) => Object.keys(member['properties'] ?? {}))),
];
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Faults of a value that is a list. */
const OF_LISTS = new Set([ValueErrorType.ArrayMinItems, ValueErrorType.ArrayMaxItems]);

/** The member of a union that is closest to the value: with the fewest faults of its own, then the deepest. */
function closest(union: ValueError): ValueError | undefined {
  let best: { fault: ValueError; own: number; depth: number } | undefined;
  for (const errors of union.errors) {
    const faults: ValueError[] = [];
    for (const error of errors) if (faults.push(error) === 20) break;
    // A missing field is reported twice, as missing and as having the wrong type.
    const own = new Set(faults.map(({ path }) => path).filter((path) => isAtOnce(union.path, path))).size;
    const fault = faults[0];
    if (fault === undefined) continue;
    const depth = fault.path.length;
    // A value of another type says nothing about which member was meant.
    if (fault.path === union.path && !OF_LISTS.has(fault.type)) continue;
    if (best === undefined || own < best.own || (own === best.own && depth > best.depth)) best = { fault, own, depth };
  }
  return best?.fault;
}

const isAtOnce = (parent: string, path: string): boolean => !path.slice(parent.length + 1).includes('/');

/** The parts of a JSON pointer. */
const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** `series`, `0`, `measure` → `series[0].measure` */
const pathText = (steps: readonly string[]): string =>
  steps
    .map((step) => step.slice(0, 80))
    .reduce((text, step) => (/^\d+$/.test(step) ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`), '');

/** Follows the path until the schema is a union: only the value shows which member was meant. */
function codeAt(schema: TSchema, steps: readonly string[]): ErrorCode | undefined {
  let at: TSchema | undefined = schema;
  let code: ErrorCode | undefined;
  for (const step of [undefined, ...steps]) {
    if (step !== undefined)
      at = (at['properties']?.[step] ?? (at['type'] === 'array' ? at['items'] : undefined)) as TSchema | undefined;
    if (at === undefined) break;
    const own: unknown = at['x-error-code'];
    if (typeof own === 'string' && own in ERRORS) code = own as ErrorCode;
  }
  return code;
}

function ruleOf({ type, schema, value }: ValueError): string {
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return `is missing. It must be ${expectedOf(schema)}.`;
    case ValueErrorType.ObjectAdditionalProperties:
      return `is not a known field here. The known fields are ${wordList(Object.keys((schema['properties'] as object | undefined) ?? {}))}.`;
    case ValueErrorType.Union:
      if (isObject(value) && OBJECT_HINT in schema) return String(schema[OBJECT_HINT]);
      if (isObject(value) && fieldsOf(schema).length > 0) return `must have ${wordList(requiredOf(schema), 'or')}.`;
      return `must be ${expectedOf(schema)}.`;
    case ValueErrorType.ArrayMinItems:
    case ValueErrorType.ArrayMaxItems:
      return `must have ${countOf(schema)}, not ${Array.isArray(value) ? value.length : 0}.`;
    case ValueErrorType.StringPattern:
      if (schema['x-expected'] === undefined) return `must match the pattern \`${schema['pattern']}\`.`;
      return `must be ${expectedOf(schema)}.`;
    default:
      return `must be ${expectedOf(schema)}.`;
  }
}

/** The required fields of the members of a union of objects. */
const requiredOf = (schema: TSchema): string[] => [
  ...new Set(membersOf(schema).flatMap(({ required = [] }) => required as string[])),
];

/** Completes "must be". */
function expectedOf(schema: TSchema): string {
  const own: unknown = schema['x-expected'];
  if (typeof own === 'string') return own;
  const members = membersOf(schema);
  const names = members.filter((member) => 'const' in member);
  if (names.length > 1 && names.length === members.length)
    return wordList(
      names.map((name) => String(name['const'])),
      'or',
    );
  if (members.length > 0) return phraseList([...new Set(members.map(expectedOf))], 'or');
  if ('const' in schema) return `\`${schema['const']}\``;
  switch (schema['type']) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'integer':
      return `a whole number${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'string':
      return `a string${lengthOf(schema)}`;
    case 'boolean':
      return '`true` or `false`';
    default:
      return schema['type'] === 'null' ? '`null`' : 'something else';
  }
}

const shown = (value: unknown): string => Number(value).toLocaleString('en-US');

function countOf({ minItems, maxItems }: TSchema): string {
  if (maxItems === undefined) return `at least ${shown(minItems)} ${minItems === 1 ? 'item' : 'items'}`;
  return `${minItems === undefined ? 'at most' : `${shown(minItems)} to`} ${shown(maxItems)} items`;
}

function rangeOf({ minimum, maximum }: TSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${shown(minimum)} to ${shown(maximum)}`;
  if (minimum !== undefined) return ` of at least ${shown(minimum)}`;
  return maximum === undefined ? '' : ` of at most ${shown(maximum)}`;
}

function lengthOf({ minLength, maxLength }: TSchema): string {
  if (minLength !== undefined && maxLength !== undefined)
    return ` of ${shown(minLength)} to ${shown(maxLength)} characters`;
  if (minLength !== undefined) return ` of at least ${shown(minLength)} character${minLength === 1 ? '' : 's'}`;
  return maxLength === undefined ? '' : ` of at most ${shown(maxLength)} characters`;
}

function depthOf(value: unknown): number {
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0 && depth <= DEPTH_MAX) {
    depth++;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return depth;
}
