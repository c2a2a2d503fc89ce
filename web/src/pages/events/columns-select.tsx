import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { propertiesQuery } from '../../api/hooks.ts';
import { fieldLabel, spelled } from '../../parts/filters.ts';
import type { ColumnsPickerProps } from './columns-picker.tsx';

/** More would each be too narrow to read. */
const COLUMNS_MAX = 12;

export function ColumnsSelect({ app, event, value, onChange }: ColumnsPickerProps) {
  const { data = [] } = useQuery(propertiesQuery(app, event));
  const fields = data.map(({ name }) => spelled(name));
  const all = [...new Set([...value, ...fields])];
  return (
    <MultiSelect
      label="Properties as columns"
      description="None shows all properties in one line"
      placeholder={value.length === 0 ? 'Choose properties' : ''}
      searchable
      clearable
      hidePickedOptions
      maxValues={COLUMNS_MAX}
      comboboxProps={{ withinPortal: false }}
      nothingFoundMessage="No property is called so"
      data={all.map((field) => ({ value: field, label: fieldLabel(field) }))}
      value={[...value]}
      onChange={onChange}
      data-autofocus
    />
  );
}
