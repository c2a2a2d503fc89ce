import type { Field, PropertyField } from '../../../../model/query.ts';
import { propertyKeys } from '../../../../row/property-keys.ts';
import { present } from '../../filter-sql.ts';
import { isNumberOf, isOtherOf, typedOf } from '../../hot-columns.ts';
import type { Bound } from '../../sql.ts';

/** The value of a field as a text with the letter of its type before it; empty when absent (analysis-query.ts, TypedValue). */
export function typedValue(field: Field, bound: Bound): string {
  if (field.kind === 'column') {
    const column = field.name === 'uuid' ? 'toString(uuid)' : `toString(${field.name})`;
    return `if(empty(${column}), '', concat('t', ${column}))`;
  }
  return ofKeys(field, bound, typedOf);
}

/** A number, its being one, and the property's being there as something else. */
export interface NumberSql {
  readonly value: string;
  readonly isNumber: string;
  readonly isOther: string;
}

export function numberValue(field: PropertyField, bound: Bound): NumberSql {
  return {
    value: ofKeys(field, bound, (key) => `numbers[${key}]`),
    isNumber: ofKeys(field, bound, isNumberOf),
    isOther: ofKeys(field, bound, isOtherOf),
  };
}

/** The preferred key where it is present, else the other spelling. */
function ofKeys(field: PropertyField, bound: Bound, sql: (key: string) => string): string {
  const [first, second] = propertyKeys(field).map((key) => bound.add('String', key));
  return second === undefined ? sql(first!) : `if(${present(first!)}, ${sql(first!)}, ${sql(second)})`;
}
