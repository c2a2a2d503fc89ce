import { Button, Group, Popover, Skeleton, Stack, Text } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { appsQuery } from '../api/hooks.ts';
import { lazily } from './lazily.tsx';
import { type AppCalendar, type DateRange, daysOf, isEmpty, labelOf, presetsAt, sameRange, startOf } from './range.ts';
import { ZoneSelect } from './zone-select.tsx';

/** Loaded with the calendar's styles when it is opened. */
const Calendar = lazily(() => import('./calendar.tsx'), 'Calendar');
const BROWSER_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const CALENDAR_PX = 360;

export interface RangePickerProps {
  readonly value: DateRange;
  onChange(value: DateRange): void;
  /** What no range is called, where none may be chosen: `Each tile’s own`. */
  readonly none?: string;
}

/** Selects a range of time: a preset, or days of a calendar; and the time zone of the days. */
export function RangePicker({ value, onChange, none }: RangePickerProps) {
  const [opened, setOpened] = useState(false);
  const zone = value.timeZone;
  const { isKnown, ...own } = useCalendar();
  const shownZone = zone ?? own.timeZone;
  const label = none !== undefined && isEmpty(value) ? none : labelOf(value, shownZone);
  const calendar = { ...own, ...(zone !== undefined && { timeZone: zone }) };
  const presets = [...(none === undefined ? [] : [{ label: none, range: {} }]), ...presetsAt(calendar, Date.now())];
  const choose = (range: DateRange): void => {
    setOpened(false);
    onChange({ ...range, ...(zone !== undefined && { timeZone: zone }) });
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconCalendar size={16} aria-hidden />}
          onClick={() => setOpened((before) => !before)}
          aria-haspopup="dialog"
          aria-label={`Date range: ${label}, ${shownZone}`}
          title={`Days and times in ${shownZone}`}
        >
          {label}{' '}
          {(zone !== undefined || isKnown) && shownZone !== BROWSER_ZONE && (
            <Text span size="xs" c="dimmed" ml={6} visibleFrom="xs">
              {shownZone}
            </Text>
          )}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="96vw" aria-label="Date range">
        {opened && (
          <Group align="flex-start" gap="md" wrap="wrap">
            <Stack gap={2} w={150}>
              {presets.map((preset) => (
                <Button
                  key={preset.label}
                  size="compact-sm"
                  justify="flex-start"
                  variant={sameRange(preset.range, value) ? 'light' : 'subtle'}
                  color={sameRange(preset.range, value) ? 'seismo' : 'gray'}
                  aria-pressed={sameRange(preset.range, value)}
                  onClick={() => choose(preset.range)}
                >
                  {preset.label}
                </Button>
              ))}
            </Stack>
            <Stack gap="xs">
              <Suspense fallback={<Skeleton h={CALENDAR_PX} w={260} />}>
                <Calendar
                  days={daysOf(value, calendar, Date.now())}
                  today={startOf(0, 'd', calendar, Date.now())}
                  onChange={choose}
                />
              </Suspense>
              <ZoneSelect
                size="xs"
                comboboxProps={{ withinPortal: false }}
                defaultLabel={`App time zone (${own.timeZone})`}
                value={zone}
                onChange={(timeZone) => {
                  const { timeZone: _, ...range } = value;
                  onChange({ ...range, ...(timeZone !== undefined && { timeZone }) });
                }}
              />
            </Stack>
          </Group>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

/** The app's own zone. Readers of a share link do not see the app. */
function useCalendar(): AppCalendar & { readonly isKnown: boolean } {
  const { app } = useParams({ strict: false });
  const { data: apps = [] } = useQuery({ ...appsQuery, enabled: app !== undefined });
  const known = apps.find((one) => one.app === app);
  const { timeZone = 'UTC', weekStart = 'monday' } = known ?? {};
  return { timeZone, weekStart, isKnown: known !== undefined };
}
