/** The forms of paths and of performance. */
import { Group } from '@mantine/core';
import type { QuestionOf } from '../../api/wire.ts';
import { FieldSelect } from '../../components/field-select.tsx';
import { FilterEditor } from '../../components/filter-editor.tsx';
import { EventSection, EventSelectorFields, type FormProps, INTERVALS, LateNumber, LateText, Pick } from './fields.tsx';
import { change } from './question.ts';
import { Section } from './section.tsx';

type Patch<Q> = Partial<{ [K in keyof Q]: Q[K] | undefined }>;
type Paths = QuestionOf<'paths'>;
type Performance = QuestionOf<'performance'>;

const STEPS = ['2', '3', '4', '5', '6'] as const;

export function PathsForm({ app, question, onChange }: FormProps<Paths>) {
  const set = (patch: Patch<Paths>): void => onChange(change(question, patch));
  const way = question.start !== undefined ? 'start' : question.end !== undefined ? 'end' : undefined;
  const selector = question.start ?? question.end ?? {};
  return (
    <>
      <Section title="Paths">
        <Pick
          label="Path type"
          value={way}
          options={[
            { value: undefined, label: 'From session start' },
            { value: 'start', label: 'After an event' },
            { value: 'end', label: 'Leading to an event' },
          ]}
          onChange={(next) =>
            set({ start: next === 'start' ? selector : undefined, end: next === 'end' ? selector : undefined })
          }
        />
        {way !== undefined && (
          <EventSelectorFields
            app={app}
            label={way === 'start' ? 'Starting event' : 'Ending event'}
            value={selector}
            onChange={(value) => set(way === 'start' ? { start: value } : { end: value })}
          />
        )}
      </Section>
      <Section title="Shape">
        <Group grow align="flex-end">
          <Pick
            label="Steps"
            value={String(question.steps ?? 4)}
            options={STEPS.map((value) => ({ value: value as string, label: `${value} events` }))}
            onChange={(steps) => set({ steps: steps === undefined || steps === '4' ? undefined : Number(steps) })}
          />
          <LateNumber
            label="Max branches"
            value={question.limit}
            placeholder="10"
            min={1}
            max={1000}
            onChange={(limit) => set({ limit })}
          />
        </Group>
        <FieldSelect
          app={app}
          size="xs"
          label="Step label"
          placeholder="Event name"
          clearable
          value={question.node}
          onChange={(node) => set({ node })}
        />
        <Group grow align="flex-end">
          <LateText
            label="Session timeout"
            value={question.sessionGap}
            placeholder="30min"
            onChange={(sessionGap) => set({ sessionGap })}
          />
          <Pick
            label="Merge repeats"
            value={question.collapse === false ? 'each' : undefined}
            options={[
              { value: undefined, label: 'Yes' },
              { value: 'each', label: 'No' },
            ]}
            onChange={(each) => set({ collapse: each === 'each' ? false : undefined })}
          />
        </Group>
      </Section>
    </>
  );
}

export function PerformanceForm({ app, question, onChange }: FormProps<Performance>) {
  const set = (patch: Patch<Performance>): void => onChange(change(question, patch));
  return (
    <>
      <EventSection title="Event" app={app} question={question} onChange={set} />
      <Section title="Values">
        <FieldSelect
          app={app}
          event={question.event}
          size="xs"
          numbers
          label="Value"
          placeholder="e.g. ms"
          value={question.property === '' ? undefined : question.property}
          onChange={(property) => set({ property: property ?? '' })}
        />
        <FieldSelect
          app={app}
          event={question.event}
          size="xs"
          label="Group by"
          value={question.by}
          onChange={(by) => set({ by: by ?? 'event' })}
        />
        <Group grow align="flex-end">
          <Pick
            label="Sort by"
            value={question.sort}
            options={[
              { value: undefined, label: '95th percentile' },
              { value: 'p50', label: 'median' },
              { value: 'p99', label: '99th percentile' },
              { value: 'max', label: 'maximum' },
              { value: 'count', label: 'events' },
              ...(question.condition ? [{ value: 'rate' as const, label: 'error rate' }] : []),
            ]}
            onChange={(sort) => set({ sort })}
          />
          <Pick
            label="Interval"
            value={question.interval}
            options={[{ value: undefined, label: 'None (total)' }, ...INTERVALS.slice(1)]}
            onChange={(interval) => set({ interval })}
          />
        </Group>
      </Section>
      <Section title="Error condition">
        <FilterEditor
          app={app}
          event={question.event}
          of="errors"
          value={
            question.condition === undefined
              ? []
              : 'and' in question.condition
                ? question.condition.and
                : [question.condition]
          }
          onChange={(filters) =>
            set({
              condition: filters.length === 0 ? undefined : filters.length === 1 ? filters[0] : { and: filters },
              ...(filters.length === 0 && question.sort === 'rate' && { sort: undefined }),
            })
          }
        />
      </Section>
    </>
  );
}
