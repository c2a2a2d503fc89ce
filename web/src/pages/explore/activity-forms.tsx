/** The forms of the kinds about returning users: retention, stickiness, lifecycle, sessions. */
import { Group } from '@mantine/core';
import type { QuestionOf } from '../../api/wire.ts';
import { FieldSelect } from '../../components/field-select.tsx';
import {
  Breakdowns,
  EventSection,
  EventSelectorFields,
  type FormProps,
  INTERVALS,
  LateText,
  LONG_INTERVALS,
  Pick,
} from './fields.tsx';
import { change } from './question.ts';
import { Section } from './section.tsx';

type Patch<Q> = Partial<{ [K in keyof Q]: Q[K] | undefined }>;

export function RetentionForm({ app, question, onChange }: FormProps<QuestionOf<'retention'>>) {
  const set = (patch: Patch<QuestionOf<'retention'>>): void => onChange(change(question, patch));
  return (
    <>
      <Section title="Starting event">
        <EventSelectorFields
          app={app}
          label="Starting event"
          value={question.start}
          onChange={(start) => set({ start })}
        />
      </Section>
      <Section title="Returning event">
        <EventSelectorFields
          app={app}
          label="Returning event"
          value={question.return ?? question.start}
          onChange={(back) => set({ return: back })}
        />
      </Section>
      <Section title="Cohorts">
        <Group grow align="flex-end">
          <Pick
            label="Interval"
            value={question.interval}
            options={LONG_INTERVALS}
            onChange={(interval) => set({ interval: interval ?? 'week' })}
          />
          <Pick
            label="Retention"
            value={question.mode}
            options={[
              { value: undefined, label: 'On that day, week or month' },
              { value: 'unbounded', label: 'On or after' },
            ]}
            onChange={(mode) => set({ mode })}
          />
        </Group>
        <FieldSelect
          app={app}
          event={question.start.event}
          size="xs"
          aria-label="Breakdown"
          placeholder="No breakdown"
          clearable
          value={question.breakdown}
          onChange={(breakdown) => set({ breakdown, ...(breakdown === undefined && { limit: undefined }) })}
        />
      </Section>
    </>
  );
}

export function StickinessForm({ app, question, onChange }: FormProps<QuestionOf<'stickiness'>>) {
  const set = (patch: Patch<QuestionOf<'stickiness'>>): void => onChange(change(question, patch));
  return (
    <>
      <EventSection title="Active event" app={app} question={question} onChange={set} />
      <Section title="Over time">
        <Group grow align="flex-end">
          <Pick
            label="Active"
            value={question.interval ?? 'day'}
            options={[
              { value: 'day', label: 'days' },
              { value: 'week', label: 'weeks' },
              { value: 'month', label: 'months' },
            ]}
            onChange={(interval) => set({ interval })}
          />
          <Pick
            label="Per"
            value={question.period}
            options={[
              { value: undefined, label: 'Date range' },
              { value: 'week', label: 'Week' },
              { value: 'month', label: 'Month' },
            ]}
            onChange={(period) => set({ period })}
          />
        </Group>
      </Section>
    </>
  );
}

export function LifecycleForm({ app, question, onChange }: FormProps<QuestionOf<'lifecycle'>>) {
  const set = (patch: Patch<QuestionOf<'lifecycle'>>): void => onChange(change(question, patch));
  return (
    <>
      <EventSection title="Active event" app={app} question={question} onChange={set} />
      <Section title="Over time">
        <Pick
          label="Interval"
          value={question.interval}
          options={LONG_INTERVALS}
          onChange={(interval) => set({ interval: interval ?? 'week' })}
        />
      </Section>
    </>
  );
}

export function SessionsForm({ app, question, onChange }: FormProps<QuestionOf<'sessions'>>) {
  const set = (patch: Patch<QuestionOf<'sessions'>>): void => onChange(change(question, patch));
  return (
    <>
      <Section title="Sessions">
        <Group grow align="flex-end">
          <LateText label="Session timeout" value={question.gap} placeholder="30min" onChange={(gap) => set({ gap })} />
          <Pick
            label="Interval"
            value={question.interval}
            options={[...INTERVALS.slice(1), { value: undefined, label: 'None (total)' }]}
            onChange={(interval) => set({ interval })}
          />
        </Group>
      </Section>
      <Section title="Breakdown">
        <Breakdowns
          app={app}
          value={question.breakdown}
          description="By what the first event of a session says."
          onChange={(breakdown) => set({ breakdown, ...(breakdown === undefined && { limit: undefined }) })}
        />
      </Section>
    </>
  );
}
