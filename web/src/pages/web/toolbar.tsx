import { Button, CloseButton, Group, Menu, Paper, Text } from '@mantine/core';
import { IconArrowsLeftRight, IconTarget } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import type { Filter } from '../../api/wire.ts';
import { FilterEditor } from '../../components/filter-editor.tsx';
import { lazily } from '../../components/lazily.tsx';
import { type AppCalendar, type DateRange, labelOf, startOf } from '../../components/range.ts';
import { filterInWords } from './cards.ts';
import type { Comparison, WebSearch } from './search.ts';
import classes from './web.module.css';

const CompareRange = lazily(() => import('./compare-range.tsx'), 'CompareRange');

const LABELS = { previous: 'Previous period', previousYear: 'Previous year', none: 'No comparison' } as const;

interface ComparePickerProps {
  readonly value: Comparison | undefined;
  readonly calendar: AppCalendar;
  onChange(value: Comparison | undefined): void;
}

/** What the numbers are compared with. */
export function ComparePicker({ value, calendar, onChange }: ComparePickerProps) {
  const [isChoosing, setChoosing] = useState(false);
  const label = typeof value === 'object' ? labelOf(value, calendar.timeZone) : LABELS[value ?? 'previous'];
  const choose = (range: DateRange): void => {
    setChoosing(false);
    if (range.from !== undefined) onChange({ from: range.from, to: range.to ?? range.from });
  };
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button
            variant="default"
            px="sm"
            leftSection={<IconArrowsLeftRight size={16} aria-hidden />}
            aria-label={`Compare to: ${label}`}
          >
            {label}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Compare to</Menu.Label>
          <Menu.Item onClick={() => onChange(undefined)}>{LABELS.previous}</Menu.Item>
          <Menu.Item onClick={() => onChange('previousYear')}>{LABELS.previousYear}</Menu.Item>
          <Menu.Item onClick={() => setChoosing(true)}>Custom range…</Menu.Item>
          <Menu.Item onClick={() => onChange('none')}>{LABELS.none}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isChoosing && (
        <Suspense>
          <CompareRange
            days={typeof value === 'object' ? [value.from, value.to] : undefined}
            today={startOf(0, 'd', calendar, Date.now())}
            onChange={choose}
            onClose={() => setChoosing(false)}
          />
        </Suspense>
      )}
    </>
  );
}

interface ChipsProps {
  readonly app: string;
  readonly search: WebSearch;
  onFilters(filters: readonly Filter[]): void;
  onGoal(goal: undefined): void;
  onClear(): void;
}

/** The filters of the page, each with a button that removes it. */
export function Chips({ app, search, onFilters, onGoal, onClear }: ChipsProps) {
  const { filters = [], goal } = search;
  return (
    <Group gap={6} mih={26} role="group" aria-label="Filters">
      {goal !== undefined && <Chip label={`Goal is ${goal}`} isGoal onRemove={() => onGoal(undefined)} />}
      {filters.map((filter) => (
        <Chip
          key={JSON.stringify(filter)}
          label={filterInWords(filter)}
          onRemove={() => onFilters(filters.filter((other) => other !== filter))}
        />
      ))}
      <FilterEditor app={app} of="visits" value={[]} onChange={(added) => onFilters([...filters, ...added])} />
      {filters.length > 1 && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onClear}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

function Chip({ label, isGoal = false, onRemove }: { label: string; isGoal?: boolean; onRemove(): void }) {
  return (
    <Paper withBorder radius="xl" className={classes['chip']} data-goal={isGoal || undefined}>
      {isGoal && <IconTarget size={14} aria-hidden />}
      <Text size="xs" component="span" fw={500} className={classes['chipText'] ?? ''} title={label}>
        {label}
      </Text>
      <CloseButton size="xs" radius="xl" onClick={onRemove} aria-label={`Remove filter: ${label}`} />
    </Paper>
  );
}
