import { DatePicker } from '@mantine/dates';
import styles from '@mantine/dates/styles.css?url';
import { useState } from 'react';
import type { Range } from './range.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const dayOf = (text: string | undefined): string | null => (text !== undefined && DAY.test(text) ? text : null);

/** Two days, both included; one day clicked twice is that day. */
export function Calendar({ value, onChange }: { value: Range; onChange(range: Range): void }) {
  const [days, setDays] = useState<[string | null, string | null]>([dayOf(value.from), dayOf(value.to)]);
  return (
    <>
      {/* By itself, since most pages open no calendar: React shows it when the styles are there. */}
      <link rel="stylesheet" href={styles} precedence="default" />
      <DatePicker
        type="range"
        allowSingleDateInRange
        value={days}
        onChange={(chosen) => {
          setDays(chosen);
          const [from, to] = chosen;
          if (from !== null && to !== null) onChange({ from, to });
        }}
        maxDate="2099-12-31"
      />
    </>
  );
}
