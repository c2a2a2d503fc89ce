import { useQuery } from '@tanstack/react-query';
import { propertiesQuery } from '../api/hooks.ts';
import { fieldLabel, spelled, type Types } from './filters.ts';
import { SearchSelect, type SearchSelectProps } from './search-select.tsx';
import { VISIT_FIELDS } from './visit-fields.ts';

const OWN = ['event', 'user', 'device', 'session'] as const;
const VISIT = Object.entries(VISIT_FIELDS).map(([value, { label }]) => ({ value, label: `Visit: ${label}` }));

export interface FieldSelectProps extends Omit<SearchSelectProps, 'data' | 'value' | 'onChange'> {
  readonly app: string;
  /** Only properties that this event has had. */
  readonly event?: string | undefined;
  readonly value: string | undefined;
  /** Only properties that have had numbers. */
  readonly numbers?: boolean;
  onChange(field: string | undefined, types: Types): void;
}

/** Selects a field of events: a built-in one, or a property seen in the app. */
export function FieldSelect({ app, event, value, numbers = false, onChange, ...rest }: FieldSelectProps) {
  const { data = [] } = useQuery(propertiesQuery(app, event));
  const properties = data
    .filter(({ types }) => !numbers || types.includes('number'))
    .map(({ name }) => ({ value: spelled(name), label: name }));
  const known = new Set<string>([
    ...(numbers ? [] : [...OWN, ...VISIT.map(({ value }) => value)]),
    ...properties.map((property) => property.value),
  ]);
  // The field of a question made elsewhere is shown, whether it was seen or not.
  if (value !== undefined && !known.has(value)) properties.unshift({ value, label: fieldLabel(value) });
  return (
    <SearchSelect
      nothingFoundMessage={numbers ? 'No matching numeric properties' : 'No matching properties'}
      data={[
        ...(numbers ? [] : [{ group: 'Event fields', items: OWN.map((name) => ({ value: name, label: name })) }]),
        { group: 'Properties', items: properties },
        ...(numbers ? [] : [{ group: 'Fields of the visit', items: VISIT }]),
      ]}
      value={value ?? null}
      onChange={(field) => onChange(field ?? undefined, data.find(({ name }) => spelled(name) === field)?.types ?? [])}
      {...rest}
    />
  );
}
