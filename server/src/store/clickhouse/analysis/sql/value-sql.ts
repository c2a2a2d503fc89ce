import type { Field, PropertyField } from '../../../../model/query.ts';
import type { Bound } from '../../sql.ts';

/** The value of a field as a text with the letter of its type before it; empty when absent (analysis-query.ts, TypedValue). */
export function typedValue(field: Field, bound: Bound): string {
  if (field.kind === 'column') {
    const column = field.name === 'uuid' ? 'toString(uuid)' : `toString(${field.name})`;
    return `if(empty(${column}), '', concat('t', ${column}))`;
  }
  return bound.propertyOf(field, ({ typed }) => typed);
}

/** The value as a number, whether it is one, and whether the property has a value that is not a number. */
export interface NumberSql {
  readonly value: string;
  readonly isNumber: string;
  readonly isOther: string;
}

export function numberValue(field: PropertyField, bound: Bound): NumberSql {
  return {
    value: bound.propertyOf(field, ({ numbers }) => numbers),
    isNumber: bound.propertyOf(field, ({ isNumber }) => isNumber),
    isOther: bound.propertyOf(field, ({ isOther }) => isOther),
  };
}
