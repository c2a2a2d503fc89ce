import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import styles from '@mantine/dates/styles.css?url';
import { useState } from 'react';
import classes from './calendar.module.css';
import type { DateRange } from './range.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ARIA_LABELS = {
  previousMonth: 'Previous month',
  nextMonth: 'Next month',
  previousYear: 'Previous year',
  nextYear: 'Next year',
  previousDecade: 'Previous decade',
  nextDecade: 'Next decade',
};

interface CalendarProps {
  /** The days that are shown now, both included. */
  readonly days: readonly [string, string] | undefined;
  /** The last day that can be chosen. */
  readonly today: string;
  onChange(range: DateRange): void;
}

/** Two days, both included, by clicks or typed; one day clicked twice is that day. */
export function Calendar({ days, today, onChange }: CalendarProps) {
  const [[from, to], setDays] = useState<[string | null, string | null]>([days?.[0] ?? null, days?.[1] ?? null]);
  const isReady = from !== null && to !== null && DAY.test(from) && DAY.test(to) && from <= to && to <= today;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onChange({ from, to });
      }}
    >
      {/* By itself, since most pages open no calendar: React shows it when the styles are there. */}
      <link rel="stylesheet" href={styles} precedence="default" />
      <Stack gap="xs" className={classes['calendar'] ?? ''}>
        <DatePicker
          type="range"
          allowSingleDateInRange
          hideOutsideDates
          highlightToday
          ariaLabels={ARIA_LABELS}
          value={[from, to]}
          defaultDate={to ?? today}
          maxDate={today}
          onChange={(chosen) => {
            setDays(chosen);
            const [first, last] = chosen;
            if (first !== null && last !== null) onChange({ from: first, to: last });
          }}
        />
        <Text size="xs" c="dimmed" role="status">
          {from !== null && to === null
            ? 'Now choose the last day.'
            : 'Choose the first and the last day, or type them.'}
        </Text>
        <Group gap={6} align="flex-end" wrap="nowrap">
          <TextInput
            size="xs"
            type="date"
            label="First day"
            max={today}
            value={from ?? ''}
            onChange={({ currentTarget: { value } }) => setDays([value || null, to])}
          />
          <TextInput
            size="xs"
            type="date"
            label="Last day"
            min={from ?? undefined}
            max={today}
            value={to ?? ''}
            onChange={({ currentTarget: { value } }) => setDays([from, value || null])}
          />
          <Button size="xs" type="submit" disabled={!isReady}>
            Apply
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
