import { SeismoError } from '../model/errors.ts';
import { PROPERTY_MAX_LENGTH, parseProperty } from '../model/property-name.ts';
import type { Condition, Field, Filter, Match, Operator, PropertyField } from '../model/query.ts';
import { OPERATORS, patternsOf } from '../model/query.ts';
import { PATTERNS_MAX, patternFault } from '../model/regexp.ts';
import { faultOf } from '../model/schema-check.ts';
import { visitFieldsIn } from '../model/visit-fields.ts';
import { wordList } from '../model/word-list.ts';
import { filtersOf as conditionsOf } from '../questions/filters.ts';
import { type FilterInput, Filters } from '../questions/parts.ts';
import { storedUuids } from '../row/event-uuid.ts';
import { invalid } from './parameters.ts';

/** The filters of a query string, unparsed: name → value. */
export type FilterParameters = ReadonlyMap<string, string>;

/** As listed among the known parameters. */
export const FILTER_NAMES = ['event', 'id', 'user', 'device', 'session', 'uuid', 'data.<property>', 'filters'];
const FILTER_NAME = /^(data[.[]|filters$|(event|id|user|device|session|uuid)(\[|$))/;
/** Longer strings are no meaningful values to compare with, and are costly. */
export const FILTER_MAX_LENGTH = 4_096;
export const isFilterName = (name: string): boolean => FILTER_NAME.test(name);

/** The ids of an app's write keys. */
export type WriteKeys = (app: string) => readonly string[];

/**
 * Filters in a query string, as in docs/api-reference.md: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`,
 * `data.x[exists]=true`, `data.n="1"`, `data.a.b`, `data["a.b"]`; and the same on event, id, user, device, session, uuid; and `filters`.
 */
export function filtersOf(given: FilterParameters, app: string, writeKeysOf: WriteKeys = () => []): Filter[] {
  const uuidsOf = (text: string): string[] => storedUuids(app, text, writeKeysOf(app));
  const filters: Filter[] = jsonFiltersOf(given).map((filter) => eachAsStored(filter, uuidsOf));
  for (const [name, value] of given) {
    const parsed = nameOf(name);
    if (parsed) filters.push(asStored(conditionOf(name, parsed.field, parsed.operator, value), uuidsOf));
  }
  if (patternsOf(filters).length > PATTERNS_MAX)
    throw invalid(
      'filters',
      `have more than ${PATTERNS_MAX} regular expressions (\`matches\`). Combine some with \`|\`, or use \`contains\`.`,
    );
  return filters;
}

/** `filters` holds the filters of a question as JSON, including `or` and several conditions on one field. @throws PARAMETER_INVALID */
function jsonFiltersOf(given: FilterParameters): Filter[] {
  const text = given.get('filters');
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('filters', 'must be JSON such as `[{"field":"data.plan","value":"pro"}]`.');
  }
  const fault = faultOf(Filters, value);
  if (fault) throw parameterError(`filters${fault.path}`, `\`filters${fault.path}\` ${fault.rule}`);
  try {
    const filters = conditionsOf(value as FilterInput[], 'filters');
    const [visit] = visitFieldsIn(filters);
    if (visit === undefined) return filters;
    throw invalid('filters', `can't have \`session.${visit}\` here. Use it in a question (\`POST /api/query/:app\`).`);
  } catch (error) {
    if (error instanceof SeismoError && error.code === 'QUESTION_INVALID')
      throw parameterError(error.field ?? 'filters', error.detail);
    throw error;
  }
}

const parameterError = (field: string, detail: string): SeismoError =>
  new SeismoError('PARAMETER_INVALID', detail, { field });

type Uuids = (text: string) => readonly string[];

const eachAsStored = (filter: Filter, uuidsOf: Uuids): Filter => {
  if ('and' in filter) return { and: filter.and.map((each) => eachAsStored(each, uuidsOf)) };
  if ('or' in filter) return { or: filter.or.map((each) => eachAsStored(each, uuidsOf)) };
  return 'field' in filter ? asStored(filter, uuidsOf) : filter;
};

/** A uuid is given as it was posted, which may not be a UUID: it is compared with the UUID that was derived from it. */
function asStored(condition: Condition, uuidsOf: Uuids): Condition {
  const { field, operator, matches } = condition;
  if (field.kind !== 'column' || field.name !== 'uuid' || !['is', 'isNot', 'in'].includes(operator)) return condition;
  const stored = matches.flatMap(({ text }) => (text ? uuidsOf(text).map((uuid) => ({ text: uuid })) : [{}]));
  return { ...condition, matches: stored };
}

const COLUMN = /^(event|id|user|device|session|uuid)(?:\[(\w+)\])?$/;

function nameOf(name: string): { field: Field; operator: Operator } | undefined {
  const column = COLUMN.exec(name);
  if (column)
    return {
      field: { kind: 'column', name: column[1] as (Field & { kind: 'column' })['name'] },
      operator: operatorOf(name, column[2]),
    };
  if (!/^data[.[]/.test(name)) return undefined;
  let rest = name.slice(4);
  let operator: string | undefined;
  const end = /\[(\w+)\]$/.exec(rest);
  if (end) {
    operator = end[1];
    rest = rest.slice(0, end.index);
  }
  return { field: propertyOf(rest.startsWith('.') ? rest.slice(1) : rest, name), operator: operatorOf(name, operator) };
}

function operatorOf(name: string, operator: string | undefined): Operator {
  if (operator === undefined) return 'is';
  const found = OPERATORS.find((each) => each === operator);
  if (found === undefined)
    throw invalid(
      name.slice(0, 80),
      `has the unknown operator \`${operator.slice(0, 40)}\`. The operators are ${wordList(OPERATORS)}.`,
    );
  return found;
}

/** @throws PARAMETER_INVALID naming the parameter */
export function propertyOf(text: string, field: string): PropertyField {
  const property = parseProperty(text);
  if (property === undefined)
    throw invalid(
      field.slice(0, 80),
      `must name a property of 1 to ${PROPERTY_MAX_LENGTH} characters, such as ${field === 'attr' ? '`plan`, `address.city` or `["a.b"]`' : '`data.plan`, `data.address.city` or `data["a.b"]`'}.`,
    );
  return property;
}

function conditionOf(name: string, field: Field, operator: Operator, value: string): Condition {
  const label = name.slice(0, 80);
  const isColumn = field.kind === 'column';
  switch (operator) {
    case 'exists':
      if (value !== 'true' && value !== 'false') throw invalid(label, 'must be `true` or `false`.');
      return { field, operator, matches: [{ boolean: value === 'true' }] };
    case 'in':
      return { field, operator, matches: itemsOf(value, label).map((item) => matchOf(item, isColumn)) };
    case 'between': {
      const numbers = value.split(',').map((item) => numberOf(item, label));
      if (numbers.length !== 2) throw invalid(label, 'must be two numbers, such as `1,5`.');
      return { field, operator, matches: numbers.map((number) => ({ number })) };
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      if (isColumn) throw invalid(label, 'compares numbers, but this field is a string.');
      return { field, operator, matches: [{ number: numberOf(value, label) }] };
    case 'matches': {
      const text = unquoted(value) ?? value;
      const fault = text === '' ? 'a regular expression, not an empty string' : patternFault(text);
      if (fault !== undefined) throw invalid(label, `must be ${fault}.`);
      return { field, operator, matches: [{ text }] };
    }
    case 'contains':
    case 'startsWith':
      if (value === '') throw invalid(label, 'must not be empty.');
      return { field, operator, matches: [{ text: caseOf(field, unquoted(value) ?? value) }] };
    default:
      return { field, operator, matches: [matchOf(value, isColumn)] };
  }
}

/** UUIDs are stored in lower case, so parts of one are compared in lower case. */
const caseOf = (field: Field, value: string): string =>
  field.kind === 'column' && field.name === 'uuid' ? value.toLowerCase() : value;

/** A bare value matches the string, and the number, boolean or null spelled so; a quoted one only the string. */
function matchOf(value: string, isColumn: boolean): Match {
  const text = unquoted(value);
  if (text !== undefined) return { text };
  if (isColumn) return { text: value };
  const match: { text: string; number?: number; boolean?: boolean; isNull?: true } = { text: value };
  if (isNumber(value)) match.number = Number(value);
  if (value === 'true' || value === 'false') match.boolean = value === 'true';
  if (value === 'null') match.isNull = true;
  return match;
}

const isNumber = (value: string): boolean =>
  /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(value) && Number.isFinite(Number(value));

function numberOf(value: string, label: string): number {
  if (!isNumber(value.trim())) throw invalid(label, 'must be a number.');
  return Number(value);
}

function unquoted(value: string): string | undefined {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return undefined;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

const ITEMS_MAX = 1_000;

/** `a,b`; an item that contains a comma is quoted: `"a,b",c`. */
function itemsOf(value: string, label: string): string[] {
  const items = value.match(/"(?:[^"\\]|\\.)*"(?=,|$)|[^,]+|(?<=,|^)(?=,|$)/g) ?? [];
  if (items.length === 0 || items.length > ITEMS_MAX)
    throw invalid(label, `must be 1 to ${ITEMS_MAX} values, such as \`a,b\`.`);
  return items;
}
