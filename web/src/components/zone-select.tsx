import { SearchSelect, type SearchSelectProps } from './search-select.tsx';

export interface ZoneSelectProps extends Omit<SearchSelectProps, 'data' | 'value' | 'onChange'> {
  /** IANA; undefined for the default. */
  readonly value: string | undefined;
  /** What the default is called: `Server default`. */
  readonly defaultLabel: string;
  onChange(zone: string | undefined): void;
}

const DEFAULT = '\u0000default';

/** Selects a time zone: the default, the browser's own, UTC, then all others. */
export function ZoneSelect({ value, defaultLabel, onChange, ...rest }: ZoneSelectProps) {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const others = [
    ...new Set(['UTC', ...(value === undefined ? [] : [value]), ...Intl.supportedValuesOf('timeZone')]),
  ].filter((zone) => zone !== own);
  return (
    <SearchSelect
      label="Time zone"
      nothingFoundMessage="No matching time zone"
      {...rest}
      data={[{ value: DEFAULT, label: defaultLabel }, { value: own, label: `${own} (this browser)` }, ...others]}
      value={value ?? DEFAULT}
      onChange={(zone) => onChange(zone === DEFAULT || zone === null ? undefined : zone)}
    />
  );
}
