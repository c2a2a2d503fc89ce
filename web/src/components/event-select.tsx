import { Select, type SelectProps } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { eventNamesQuery } from '../api/hooks.ts';

export interface EventSelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  readonly app: string;
  /** The name of an event; undefined for every event. */
  readonly value: string | undefined;
  onChange(event: string | undefined): void;
}

const EVERY = '\u0000every';

/** Chooses an event by its name; the most frequent first. */
export function EventSelect({ app, value, onChange, ...rest }: EventSelectProps) {
  const { data = [] } = useQuery(eventNamesQuery(app));
  const names = [...new Set([...data.map(({ event }) => event), ...(value === undefined ? [] : [value])])];
  return (
    <Select
      searchable
      allowDeselect={false}
      nothingFoundMessage="No matching events"
      data={[{ value: EVERY, label: 'All events' }, ...names]}
      value={value ?? EVERY}
      onChange={(name) => onChange(name === EVERY || name === null ? undefined : name)}
      {...rest}
    />
  );
}
