import type { PropertyField } from '../../../model/query.ts';
import { propertyKeys } from '../../../row/property-keys.ts';
import type { Bound } from '../sql.ts';

export type PropertyForm = 'text' | 'number' | 'bool' | 'json';

/** A property of a table with `__texts`, `__numbers` and `__others`, NULL where it is absent or of another type. */
export function propertySql(table: string, field: PropertyField, form: PropertyForm, bound: Bound): string {
  const [first, second] = propertyKeys(field).map((key) => bound.add('String', key));
  const one = (key: string): string => formSql(table, key, form);
  const isThere = `(${table}.__texts[${first}] != '' OR ${table}.__numbers[${first}] != 0 OR ${table}.__others[${first}] != '')`;
  return second === undefined ? one(first!) : `if(${isThere}, ${one(first!)}, ${one(second)})`;
}

function formSql(table: string, key: string, form: PropertyForm): string {
  const [text, number, other] = ['__texts', '__numbers', '__others'].map((map) => `${table}.${map}[${key}]`);
  switch (form) {
    case 'number':
      return `multiIf(${number} != 0, ${number}, ${other} = '0', toFloat64(0), NULL)`;
    case 'bool':
      return `multiIf(${other} = 'true', true, ${other} = 'false', false, NULL)`;
    case 'json':
      return `multiIf(${text} != '', toJSONString(${text}), ${number} != 0, toString(${number}), ${other} != '', ${other}, NULL)`;
    default:
      return `multiIf(${text} != '', ${text}, ${number} != 0, toString(${number}), ${other} = '""', '', ${other} != '', ${other}, NULL)`;
  }
}
