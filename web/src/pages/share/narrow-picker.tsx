import { Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { useState } from 'react';
import { dayRange } from '../../components/formats.ts';
import { type DateRange, isEmpty, labelOf } from '../../components/range.ts';

export interface NarrowPickerProps {
  /** The range of the link; UTC, half-open. */
  readonly whole: { readonly from: string; readonly to: string; readonly timeZone: string };
  readonly value: DateRange;
  onChange(value: DateRange): void;
}

/** Selects days within the range of a share link; it never shows more. */
export function NarrowPicker({ whole, value, onChange }: NarrowPickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const first = isoDay(whole.from, whole.timeZone);
  const last = isoDay(Date.parse(whole.to) - 1, whole.timeZone);
  const [from, setFrom] = useState(value.from ?? first);
  const [to, setTo] = useState(value.to ?? last);
  const fault = from > to ? 'The start date is after the end date' : undefined;
  const isOutside = from < first || to > last;
  const label = isEmpty(value)
    ? dayRange(whole.from, Date.parse(whole.to) - 1, whole.timeZone)
    : labelOf({ ...value, to: value.to ?? last }, whole.timeZone);
  const change = (next: DateRange): void => {
    setIsOpen(false);
    onChange(next);
  };
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" trapFocus withinPortal={false} shadow="md">
      <Popover.Target>
        <Button variant="default" leftSection={<IconCalendar size={16} />} onClick={() => setIsOpen(!isOpen)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (fault === undefined && !isOutside) change({ from, to });
          }}
        >
          <Stack gap="xs">
            <Group gap="xs" align="flex-start">
              <TextInput
                type="date"
                label="First day"
                required
                withAsterisk={false}
                min={first}
                max={last}
                value={from}
                error={fault}
                onChange={(event) => setFrom(event.currentTarget.value)}
              />
              <TextInput
                type="date"
                label="Last day"
                required
                withAsterisk={false}
                min={first}
                max={last}
                value={to}
                onChange={(event) => setTo(event.currentTarget.value)}
              />
            </Group>
            <Text size="xs" c="dimmed">
              Within what the link shows: {dayRange(whole.from, Date.parse(whole.to) - 1, whole.timeZone)}.
            </Text>
            <Group justify="space-between">
              <Button
                variant="subtle"
                onClick={() => {
                  setFrom(first);
                  setTo(last);
                  change({});
                }}
              >
                Show full range
              </Button>
              <Button type="submit" disabled={isOutside}>
                Show these days
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** `2026-11-25`, as in date inputs and in the API. */
const isoDay = (at: string | number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).format(
    new Date(at),
  );
