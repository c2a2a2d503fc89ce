import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { propertiesQuery } from '../../api/hooks.ts';
import { fieldLabel, spelled } from '../../components/filters.ts';

export interface ColumnsSelectProps {
  readonly app: string;
  readonly event: string | undefined;
  readonly value: readonly string[];
  onChange(columns: readonly string[]): void;
}

/** More columns would each be too narrow to read. */
const COLUMNS_MAX = 12;

export function ColumnsSelect({ app, event, value, onChange }: ColumnsSelectProps) {
  const { data = [] } = useQuery(propertiesQuery(app, event));
  const fields = data.map(({ name }) => spelled(name));
  const all = [...new Set([...value, ...fields])];
  return (
    <MultiSelect
      label="Properties as columns"
      description="Leave empty to show all"
      placeholder={value.length === 0 ? 'Choose properties' : ''}
      searchable
      selectFirstOptionOnChange
      clearable
      hidePickedOptions
      maxValues={COLUMNS_MAX}
      comboboxProps={{ withinPortal: false }}
      nothingFoundMessage="No matching properties"
      data={all.map((field) => ({ value: field, label: fieldLabel(field) }))}
      value={[...value]}
      onChange={onChange}
      data-autofocus
    />
  );
}
