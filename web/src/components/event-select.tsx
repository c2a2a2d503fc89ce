import { useQuery } from '@tanstack/react-query';
import { eventNamesQuery } from '../api/hooks.ts';
import { SearchSelect, type SearchSelectProps } from './search-select.tsx';
import { isSystemEvent } from './system-events.ts';

export interface EventSelectProps extends Omit<SearchSelectProps, 'data' | 'value' | 'onChange'> {
  readonly app: string;
  /** The name of an event; undefined for every event. */
  readonly value: string | undefined;
  /** What no event is called; *All events* by default. */
  readonly every?: string;
  onChange(event: string | undefined): void;
}

const EVERY = '\u0000every';

/** Selects an event by name; the most frequent first. */
export function EventSelect({ app, value, every = 'All events', onChange, ...rest }: EventSelectProps) {
  const { data = [] } = useQuery(eventNamesQuery(app));
  const all = [...new Set([...data.map(({ event }) => event), ...(value === undefined ? [] : [value])])];
  // Those of the system come last.
  const names = [...all.filter((name) => !isSystemEvent(name)), ...all.filter(isSystemEvent)];
  return (
    <SearchSelect
      nothingFoundMessage="No matching events"
      data={[{ value: EVERY, label: every }, ...names]}
      value={value ?? EVERY}
      onChange={(name) => onChange(name === EVERY || name === null ? undefined : name)}
      {...rest}
    />
  );
}
