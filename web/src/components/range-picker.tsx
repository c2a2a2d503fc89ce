import { Button, Group, Popover, Select, Skeleton, Stack } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { appsQuery } from '../api/hooks.ts';
import { type AppCalendar, labelOf, presetsAt, type Range, sameRange } from './range.ts';

/** With the calendar's styles, when it is opened. */
const Calendar = lazy(() => import('./calendar.tsx').then(({ Calendar: component }) => ({ default: component })));
const CALENDAR_PX = 280;

export interface RangePickerProps {
  readonly value: Range;
  onChange(value: Range): void;
}

/** Chooses a range of time: a preset, or days of a calendar; and the zone in which days are cut. */
export function RangePicker({ value, onChange }: RangePickerProps) {
  const [opened, setOpened] = useState(false);
  const zone = value.timeZone;
  const own = useCalendar();
  const choose = (range: Range): void => {
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
          aria-label={`Date range: ${labelOf(value)}${zone === undefined ? '' : `, ${zone}`}`}
        >
          {labelOf(value)}
          {zone !== undefined && ` · ${zone}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="96vw" aria-label="Date range">
        {opened && (
          <Group align="flex-start" gap="md" wrap="wrap">
            <Stack gap={2} w={150}>
              {presetsAt({ ...own, ...(zone !== undefined && { timeZone: zone }) }, Date.now()).map(
                ({ label, range }) => (
                  <Button
                    key={label}
                    size="compact-sm"
                    justify="flex-start"
                    variant={sameRange(range, value) ? 'light' : 'subtle'}
                    color={sameRange(range, value) ? 'seismo' : 'gray'}
                    aria-pressed={sameRange(range, value)}
                    onClick={() => choose(range)}
                  >
                    {label}
                  </Button>
                ),
              )}
            </Stack>
            <Stack gap="xs">
              <Suspense fallback={<Skeleton h={CALENDAR_PX} w={260} />}>
                <Calendar value={value} onChange={choose} />
              </Suspense>
              <ZoneSelect
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

/** The app's own. Who only reads a link is told of no app. */
function useCalendar(): AppCalendar {
  const { app } = useParams({ strict: false });
  const { data: apps = [] } = useQuery({ ...appsQuery, enabled: app !== undefined });
  const { timeZone = 'UTC', weekStart = 'monday' } = apps.find((one) => one.app === app) ?? {};
  return { timeZone, weekStart };
}

const APP = '\u0000app';

function ZoneSelect({ value, onChange }: { value: string | undefined; onChange(zone: string | undefined): void }) {
  const own = useCalendar().timeZone;
  const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...(value === undefined ? [] : [value])])];
  return (
    <Select
      label="Time zone"
      size="xs"
      searchable
      allowDeselect={false}
      limit={100}
      comboboxProps={{ withinPortal: false }}
      data={[{ value: APP, label: `App time zone (${own})` }, ...zones]}
      value={value ?? APP}
      onChange={(zone) => onChange(zone === APP || zone === null ? undefined : zone)}
    />
  );
}
