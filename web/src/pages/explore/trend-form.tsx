import { Button, Group, Select, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { QuestionOf } from '../../api/wire.ts';
import { FieldSelect } from '../../components/field-select.tsx';
import {
  Breakdowns,
  EventSelectorFields,
  type FormProps,
  INTERVALS,
  LateNumber,
  LateText,
  ListItem,
  Pick,
} from './fields.tsx';
import { change, type EventSelector, letter, moved, needsProperty, SELECTORS_MAX } from './question.ts';
import { Section } from './section.tsx';

type Trend = QuestionOf<'trend'>;
type Series = Trend['series'][number];
type Measure = NonNullable<Series['measure']>;

const MEASURES: readonly { readonly group: string; readonly items: readonly { value: Measure; label: string }[] }[] = [
  {
    group: 'Total',
    items: [
      { value: 'count', label: 'events' },
      { value: 'users', label: 'users' },
      { value: 'sessions', label: 'sessions' },
      { value: 'perUser', label: 'events per user' },
    ],
  },
  {
    group: 'Visits',
    items: [
      { value: 'visits', label: 'visits' },
      { value: 'viewsPerVisit', label: 'views per visit' },
      { value: 'eventsPerSession', label: 'events per session' },
      { value: 'sessionDuration', label: 'session duration (ms)' },
      { value: 'bounceRate', label: 'bounce rate' },
      { value: 'entries', label: 'sessions beginning with it' },
      { value: 'exits', label: 'sessions ending with it' },
    ],
  },
  {
    group: 'Aggregate property',
    items: [
      { value: 'sum', label: 'sum' },
      { value: 'avg', label: 'average' },
      { value: 'min', label: 'minimum' },
      { value: 'max', label: 'maximum' },
      { value: 'median', label: 'median' },
      { value: 'p90', label: '90th percentile' },
      { value: 'p95', label: '95th percentile' },
      { value: 'p99', label: '99th percentile' },
      { value: 'uniqueValues', label: 'unique values' },
    ],
  },
];

/** Series, and what is done with them. */
export function TrendForm({
  app,
  question,
  onChange,
  formulaError,
}: FormProps<Trend> & { formulaError?: string | undefined }) {
  const set = (patch: Partial<{ [K in keyof Trend]: Trend[K] | undefined }>): void => onChange(change(question, patch));
  const { series } = question;
  const setSeries = (at: number, patch: Partial<{ [K in keyof Series]: Series[K] | undefined }>): void =>
    set({ series: series.map((one, i) => (i === at ? change(one, patch) : one)) });
  const breakdown = question.breakdown ?? [];
  return (
    <>
      <Section title="Series">
        {series.map((one, at) => (
          <ListItem
            // biome-ignore lint/suspicious/noArrayIndexKey: two series may be equal
            key={at}
            mark={letter(at)}
            name={`series ${letter(at)}`}
            at={at}
            count={series.length}
            least={1}
            onMove={(to) => set({ series: moved(series, at, to) })}
            onRemove={() => set({ series: series.filter((_, i) => i !== at) })}
          >
            <EventSelectorFields
              app={app}
              label={`Event of series ${letter(at)}`}
              value={one}
              onChange={(selector: EventSelector) =>
                setSeries(at, { event: selector.event, filters: selector.filters })
              }
            />
            <Select
              size="xs"
              aria-label={`Measure of series ${letter(at)}`}
              allowDeselect={false}
              data={MEASURES.map(({ group, items }) => ({ group, items: [...items] }))}
              value={one.measure ?? 'count'}
              onChange={(measure) => {
                const next = MEASURES.flatMap(({ items }) => items).find(({ value }) => value === measure)?.value;
                setSeries(at, {
                  measure: next === 'count' ? undefined : next,
                  property: needsProperty(next) ? one.property : undefined,
                });
              }}
            />
            {needsProperty(one.measure) && (
              <FieldSelect
                app={app}
                event={one.event}
                size="xs"
                numbers={one.measure !== 'uniqueValues'}
                aria-label={`Property of series ${letter(at)}`}
                placeholder="Property"
                value={one.property}
                onChange={(property) => setSeries(at, { property })}
              />
            )}
          </ListItem>
        ))}
        {series.length < SELECTORS_MAX && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => set({ series: [...series, {}] })}
            style={{ alignSelf: 'flex-start' }}
          >
            Add series
          </Button>
        )}
        <LateText
          label="Formula"
          value={question.formula}
          placeholder={series.length > 1 ? 'A / B * 100' : 'A / 1000'}
          description="Press Enter to apply."
          error={formulaError}
          // Series are named by capitals.
          onChange={(formula) => set({ formula: formula?.toUpperCase() })}
        />
      </Section>
      <Section title="Breakdown">
        <Breakdowns
          app={app}
          event={series.length === 1 ? series[0]?.event : undefined}
          value={question.breakdown}
          onChange={(next) => set({ breakdown: next, ...(next === undefined && { limit: undefined }) })}
        />
        {breakdown.length > 0 && (
          <LateNumber
            label="Number of groups"
            value={question.limit}
            placeholder="10"
            min={1}
            max={1000}
            onChange={(limit) => set({ limit })}
          />
        )}
      </Section>
      <Section title="Over time">
        <Group grow align="flex-end">
          <Pick
            label="Interval"
            value={question.interval}
            options={[...INTERVALS, { value: undefined, label: 'None (total)' }]}
            onChange={(interval) =>
              set({ interval, ...(interval === undefined && { cumulative: undefined, movingAverage: undefined }) })
            }
          />
          <Pick
            label="Compare to"
            value={typeof question.compare === 'object' ? 'range' : question.compare}
            options={[
              { value: undefined, label: 'None' },
              { value: 'previousPeriod', label: 'Previous period' },
              { value: 'sameWeekdays', label: 'Same weekdays before' },
              { value: 'previousYear', label: 'Last year' },
              ...(typeof question.compare === 'object' ? [{ value: 'range' as const, label: 'Custom range' }] : []),
            ]}
            onChange={(compare) => {
              if (compare !== 'range') set({ compare });
            }}
          />
        </Group>
        {question.interval !== undefined && (
          <Group grow align="flex-end">
            <LateNumber
              label="Moving average (points)"
              value={question.movingAverage}
              placeholder="Off"
              min={2}
              max={366}
              onChange={(movingAverage) => set({ movingAverage })}
            />
            <Switch
              size="xs"
              pb={6}
              label="Cumulative"
              checked={question.cumulative ?? false}
              onChange={(event) => set({ cumulative: event.currentTarget.checked || undefined })}
            />
          </Group>
        )}
      </Section>
    </>
  );
}
