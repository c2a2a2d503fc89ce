import { Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { useState } from 'react';
import { day, dayShort } from '../../components/formats.ts';
import { isEmpty, type Range } from '../../components/range.ts';

export interface NarrowPickerProps {
  /** What the link holds; UTC, half-open. */
  readonly whole: { readonly from: string; readonly to: string; readonly timeZone: string };
  readonly value: Range;
  onChange(value: Range): void;
}

/** Chooses days within what a link shows; it never shows more. */
export function NarrowPicker({ whole, value, onChange }: NarrowPickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const first = isoDay(whole.from, whole.timeZone);
  const last = isoDay(Date.parse(whole.to) - 1, whole.timeZone);
  const [from, setFrom] = useState(value.from ?? first);
  const [to, setTo] = useState(value.to ?? last);
  const fault = from > to ? 'The start date is after the end date' : undefined;
  const isOutside = from < first || to > last;
  const label = isEmpty(value)
    ? `${dayShort(whole.from, whole.timeZone)} – ${day(Date.parse(whole.to) - 1, whole.timeZone)}`
    : `${value.from} – ${value.to ?? last}`;
  const change = (next: Range): void => {
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
              Within what the link shows: {day(whole.from, whole.timeZone)} to{' '}
              {day(Date.parse(whole.to) - 1, whole.timeZone)}.
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

/** `2026-11-25`, as a field for dates and the API write it. */
const isoDay = (at: string | number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).format(
    new Date(at),
  );
