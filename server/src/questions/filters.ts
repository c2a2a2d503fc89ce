/** Converts JSON filters with a checked schema (parts.ts) to the store's terms. Every error has the path of its field. */

import { parseField } from '../model/property-name.ts';
import type { Condition, Field, Filter, Match, PropertyField } from '../model/query.ts';
import { patternFault } from '../model/regexp.ts';
import { parseVisitField } from '../model/visit-fields.ts';
import { wrong } from './check.ts';
import type { FilterInput } from './parts.ts';

export function filtersOf(filters: readonly FilterInput[] | undefined, path: string): Filter[] {
  return (filters ?? []).map((filter, i) => filterOf(filter, `${path}[${i}]`));
}

export function filterOf(filter: FilterInput, path: string): Filter {
  if ('and' in filter) return { and: filtersOf(filter.and, `${path}.and`) };
  if ('or' in filter) return { or: filtersOf(filter.or, `${path}.or`) };
  return conditionOf(filter, path);
}

export function fieldOf(text: string, path: string): Field {
  const field = parseField(text) ?? parseVisitField(text);
  if (field === undefined)
    throw wrong(
      path,
      `\`${path}\` must be \`event\`, \`id\`, \`user\`, \`device\`, \`session\`, \`uuid\`, a field of the visit such as \`session.source\`, or a property such as \`data.plan\` or \`data["a.b"]\`, not \`${text.slice(0, 80)}\`.`,
    );
  return field;
}

export function propertyOf(text: string, path: string): PropertyField {
  const field = fieldOf(text, path);
  if (field.kind !== 'property')
    throw wrong(path, `\`${path}\` must be a property such as \`data.ms\`, not \`${text}\`.`);
  return field;
}

type ConditionInput = Extract<FilterInput, { field: string }>;

function conditionOf({ field: name, operator = 'is', value }: ConditionInput, path: string): Condition {
  const field = fieldOf(name, `${path}.field`);
  const at = `${path}.value`;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const only = (check: (each: unknown) => boolean, rule: string, count = 1): void => {
    if (values.length !== count || Array.isArray(value) !== count > 1 || !values.every(check))
      throw wrong(at, `\`${at}\` must be ${rule}.`);
  };
  switch (operator) {
    case 'exists':
      if (value === undefined) return { field, operator, matches: [{ boolean: true }] };
      only((each) => typeof each === 'boolean', '`true` or `false` for `exists`');
      break;
    case 'in':
      if (!Array.isArray(value)) throw wrong(at, `\`${at}\` must be a list for \`in\`.`);
      break;
    case 'between':
      only((each) => typeof each === 'number', 'two numbers for `between`', 2);
      break;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      only((each) => typeof each === 'number', `a number for \`${operator}\``);
      break;
    case 'matches':
      only((each) => typeof each === 'string', 'a regular expression, as a string, for `matches`');
      checkPattern(String(value), at);
      break;
    case 'contains':
    case 'startsWith':
      only((each) => typeof each === 'string' && each !== '', `a string that is not empty for \`${operator}\``);
      break;
    default:
      if (value === undefined) throw wrong(at, `\`${at}\` is missing.`);
      if (Array.isArray(value))
        throw wrong(at, `\`${at}\` must be one value for \`${operator}\`. For several values, use \`in\`.`);
  }
  const isOrdered = ['between', 'gt', 'gte', 'lt', 'lte'].includes(operator);
  if (field.kind !== 'property' && isOrdered)
    throw wrong(`${path}.operator`, `\`${path}.operator\` compares numbers, but \`${name}\` is a string.`);
  if (field.kind !== 'property' && operator !== 'exists' && !values.every((each) => typeof each === 'string'))
    throw wrong(at, `\`${at}\` must be a string, because \`${name}\` is one.`);
  return { field, operator, matches: values.map(matchOf) };
}

function checkPattern(pattern: string, at: string): void {
  const fault = patternFault(pattern);
  if (fault !== undefined) throw wrong(at, `\`${at}\` must be ${fault}.`);
}

/** A JSON value only matches values of its own type. */
function matchOf(value: unknown): Match {
  if (value === null) return { isNull: true };
  if (typeof value === 'string') return { text: value };
  return typeof value === 'number' ? { number: value } : { boolean: value === true };
}
