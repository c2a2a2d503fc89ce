import type { PropertyField } from '../model/query.ts';
import { pathPart } from './shape.ts';

/** The names under which a row can contain a property, the preferred one first. */
export function propertyKeys(field: PropertyField): readonly string[] {
  const nested = field.path.map(pathPart).join('.');
  return field.literal || field.path.length === 1 ? [nested] : [nested, pathPart(field.path.join('.'))];
}
