import { Button, MultiSelect, Popover } from '@mantine/core';
import { IconColumns } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { propertiesQuery } from '../../api/hooks.ts';
import { fieldLabel } from '../../parts/filters.ts';

interface ColumnsPickerProps {
  readonly app: string;
  readonly event: string | undefined;
  readonly value: readonly string[];
  onChange(columns: readonly string[]): void;
}

/** More would each be too narrow to read. */
const COLUMNS_MAX = 12;

/** Chooses the properties that stand in columns of their own. */
export function ColumnsPicker({ app, event, value, onChange }: ColumnsPickerProps) {
  const [opened, setOpened] = useState(false);
  const { data = [] } = useQuery({ ...propertiesQuery(app, event), enabled: opened });
  const fields = data.map(({ name }) => (name.startsWith('[') ? `data${name}` : `data.${name}`));
  const all = [...new Set([...value, ...fields])];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconColumns size={16} aria-hidden />}
          aria-haspopup="dialog"
          onClick={() => setOpened((before) => !before)}
        >
          {value.length === 0 ? 'Columns' : `Columns (${value.length})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown w={320} maw="92vw" aria-label="Columns">
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
      </Popover.Dropdown>
    </Popover>
  );
}
