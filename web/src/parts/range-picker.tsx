import { Select } from '@mantine/core';
import { labelOf, PRESETS, type Range, sameRange } from './range.ts';

export interface RangePickerProps {
  readonly value: Range;
  onChange(value: Range): void;
}

/** Chooses a range of time. */
export function RangePicker({ value, onChange }: RangePickerProps) {
  const known = PRESETS.some(({ range }) => sameRange(range, value));
  const data = PRESETS.map(({ label }) => label);
  return (
    <Select
      aria-label="Range of time"
      data={known ? data : [...data, labelOf(value)]}
      value={labelOf(value)}
      allowDeselect={false}
      onChange={(label) => {
        const preset = PRESETS.find((one) => one.label === label);
        if (preset) onChange({ ...preset.range, ...(value.timeZone !== undefined && { timeZone: value.timeZone }) });
      }}
    />
  );
}
