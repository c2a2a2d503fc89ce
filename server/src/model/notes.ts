import { SeismoError } from './errors.ts';
import { propertyName } from './property-name.ts';
import type { Filter, PropertyField } from './query.ts';

/** A note on an answer that is otherwise correct. */
export interface Note {
  readonly code: 'PROPERTY_NOT_INDEXED';
  /** As in a question: `data.plan`. */
  readonly field: string;
  readonly detail: string;
}

/** Whether an app has properties that are not indexed and this may be one of them. */
export type IsNotIndexed = (property: PropertyField) => boolean;

/** One note for each property that is not indexed, so that an empty answer is not taken for a fact. */
export function notIndexedNotes(properties: readonly PropertyField[], isNotIndexed: IsNotIndexed): readonly Note[] {
  const fields = new Set(properties.filter(isNotIndexed).map(fieldText));
  return [...fields].map((field) => ({
    code: 'PROPERTY_NOT_INDEXED',
    field,
    detail: `\`${field}\` is not indexed, so no event counts as having it. Either no event has this property, or the app has more property names than are indexed (\`propertyNamesMax\`).`,
  }));
}

/** For actions that would do harm with the wrong set of events. @throws PROPERTY_NOT_INDEXED */
export function checkIndexed(filters: readonly Filter[], isNotIndexed: IsNotIndexed): void {
  const [note] = notIndexedNotes(filters.flatMap(propertiesOf), isNotIndexed);
  if (note) throw new SeismoError('PROPERTY_NOT_INDEXED', note.detail, { field: note.field });
}

/** The properties that a filter compares. */
export function propertiesOf(filter: Filter): readonly PropertyField[] {
  if ('and' in filter) return filter.and.flatMap(propertiesOf);
  if ('or' in filter) return filter.or.flatMap(propertiesOf);
  return 'field' in filter && filter.field.kind === 'property' ? [filter.field] : [];
}

function fieldText({ path, literal }: PropertyField): string {
  const name = propertyName(path);
  return literal || name.startsWith('[') ? `data${JSON.stringify(path)}` : `data.${name}`;
}
