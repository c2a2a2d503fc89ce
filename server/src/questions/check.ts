/** A value from outside → a question, or the path to the field at fault and what would have been right. */
import type { TSchema } from '@sinclair/typebox';
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import { SeismoError } from '../model/errors.ts';
import { type Kind, QUESTIONS, type Question } from './kinds.ts';
import { OBJECT_HINT } from './parts.ts';

/** Lists in lists in lists: deeper than anybody means it. */
const DEPTH_MAX = 24;

/** @throws QUESTION_INVALID naming the path, like `series[0].measure` */
export function questionOf(value: unknown): Question {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('', 'The question must be a JSON object like {"kind": "trend", …}.');
  if (depthOf(value) > DEPTH_MAX) throw wrong('', `The question is nested more than ${DEPTH_MAX} deep.`);
  const kinds = Object.keys(QUESTIONS) as Kind[];
  const asked: unknown = 'kind' in value ? value.kind : undefined;
  const kind = kinds.find((each) => each === asked);
  if (kind === undefined) throw wrong('kind', `kind must be one of ${kinds.join(', ')}.`);
  check(QUESTIONS[kind], value);
  return value as Question;
}

/** @throws QUESTION_INVALID */
export function check(schema: TSchema, value: unknown): void {
  const fault = faultOf(schema, value);
  if (fault) throw wrong(fault.path, `${fault.path === '' ? 'The question' : fault.path} ${fault.rule}`);
}

/** Where a value breaks a schema, and what would have been right. */
export function faultOf(schema: TSchema, value: unknown): { readonly path: string; readonly rule: string } | undefined {
  if (depthOf(value) > DEPTH_MAX) return { path: '', rule: `is nested more than ${DEPTH_MAX} deep.` };
  if (Value.Check(schema, value)) return undefined;
  const fault = faultIn(schema, value);
  return { path: pathText(fault.path), rule: ruleOf(fault) };
}

export const wrong = (path: string, detail: string): SeismoError =>
  new SeismoError('QUESTION_INVALID', detail, path === '' ? {} : { field: path });

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

/** Where the members of a union are told apart by `kind`, it says which one was meant. */
function ofItsKind({ schema, value, path, errors, message }: ValueError): ValueError | undefined {
  const kinds = (schema['anyOf'] as readonly TSchema[]).map(
    (member) => member['properties']?.kind as TSchema | undefined,
  );
  if (!isObject(value)) return undefined;
  if (!kinds.every((kind) => kind !== undefined && 'const' in kind)) return undefined;
  const asked: unknown = 'kind' in value ? value.kind : undefined;
  const place = kinds.findIndex((kind) => kind!['const'] === asked);
  if (place !== -1) return errors[place]!.First();
  const known = { anyOf: kinds } as unknown as TSchema;
  return { type: ValueErrorType.Union, schema: known, path: `${path}/kind`, value: asked, message, errors: [] };
}

/** An object with no field that any member of the union has: none of them was meant. */
function hasNothingOf({ schema, value }: ValueError): boolean {
  const fields = fieldsOf(schema);
  return fields.length > 0 && isObject(value) && !Object.keys(value).some((name) => fields.includes(name));
}

const fieldsOf = (schema: TSchema): string[] => [
  ...new Set((schema['anyOf'] as readonly TSchema[]).flatMap((member) => Object.keys(member['properties'] ?? {}))),
];
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of the members of a union the one that the value comes closest to: the fewest faults of its own, then the deepest. */
function closest(union: ValueError): ValueError | undefined {
  let best: { fault: ValueError; own: number; depth: number } | undefined;
  for (const errors of union.errors) {
    const faults: ValueError[] = [];
    for (const error of errors) if (faults.push(error) === 20) break;
    // A missing field is reported twice, as missing and as of the wrong type.
    const own = new Set(faults.map(({ path }) => path).filter((path) => isAtOnce(union.path, path))).size;
    const fault = faults[0];
    if (fault === undefined) continue;
    const depth = fault.path.length;
    // A plain value that is of another type says nothing about which member was meant.
    if (fault.path === union.path && typeof union.value !== 'object') continue;
    if (best === undefined || own < best.own || (own === best.own && depth > best.depth)) best = { fault, own, depth };
  }
  return best?.fault;
}

const isAtOnce = (parent: string, path: string): boolean => !path.slice(parent.length + 1).includes('/');

/** `/series/0/measure` → `series[0].measure` */
function pathText(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 80))
    .reduce((text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

function ruleOf({ type, schema, value }: ValueError): string {
  const names = namesOf(schema);
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return `is missing${names ? `; it is one of ${names}` : ''}.`;
    case ValueErrorType.ObjectAdditionalProperties:
      return `is not known here; known: ${Object.keys((schema['properties'] as object | undefined) ?? {}).join(', ')}.`;
    case ValueErrorType.Union:
      if (isObject(value) && OBJECT_HINT in schema) return String(schema[OBJECT_HINT]);
      if (names) return `must be one of ${names}.`;
      if (isObject(value) && fieldsOf(schema).length > 0) return `must have one of ${requiredOf(schema)}.`;
      return `must be ${typesOf(schema)}.`;
    case ValueErrorType.Literal:
      return `must be ${JSON.stringify(schema['const'])}.`;
    case ValueErrorType.ArrayMinItems:
    case ValueErrorType.ArrayMaxItems:
      return `must hold ${schema['minItems'] ?? 0} to ${schema['maxItems'] ?? 'any number of'} items, and holds ${Array.isArray(value) ? value.length : 0}.`;
    case ValueErrorType.StringMinLength:
    case ValueErrorType.StringMaxLength:
      return `must be a text of ${schema['minLength'] ?? 0} to ${schema['maxLength']} characters.`;
    case ValueErrorType.StringPattern:
      return `must be like this: ${schema['description'] ?? schema['pattern']}`;
    default:
      return `must be ${typesOf(schema)}.`;
  }
}

/** The names of a union of literals. */
function namesOf(schema: TSchema): string | undefined {
  const members = schema['anyOf'] as readonly TSchema[] | undefined;
  if (!members?.every((member) => 'const' in member)) return undefined;
  return members.map((member) => String(member['const'])).join(', ');
}

/** What each member of a union of objects cannot be without. */
const requiredOf = (schema: TSchema): string =>
  [...new Set((schema['anyOf'] as readonly TSchema[]).flatMap(({ required = [] }) => required as string[]))].join(', ');

function typesOf(schema: TSchema): string {
  const members = schema['anyOf'] as readonly TSchema[] | undefined;
  if (members) return [...new Set(members.map(typesOf))].join(' or ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  const range = schema['minimum'] === undefined ? '' : ` from ${schema['minimum']} to ${schema['maximum']}`;
  switch (schema['type']) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'integer':
      return `a whole number${range}`;
    case 'number':
      return `a number${range}`;
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    default:
      return schema['type'] === 'null' ? 'null' : 'something else';
  }
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
