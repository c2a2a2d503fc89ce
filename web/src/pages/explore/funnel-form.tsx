import { Button, Group } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { QuestionOf } from '../../api/wire.ts';
import { FieldSelect } from '../../components/field-select.tsx';
import { EventSelectorFields, type FormProps, LateText, ListItem, Pick } from './fields.tsx';
import { change, moved, SELECTORS_MAX, withoutStep } from './question.ts';
import { Section } from './section.tsx';

type Funnel = QuestionOf<'funnel'>;
const EXCLUDED_MAX = 5;

/** The steps in order, and what counts as completing them. */
export function FunnelForm({ app, question, onChange }: FormProps<Funnel>) {
  const set = (patch: Partial<{ [K in keyof Funnel]: Funnel[K] | undefined }>): void =>
    onChange(change(question, patch));
  const { steps, exclude = [] } = question;
  return (
    <>
      <Section title="Steps">
        {steps.map((step, at) => (
          <ListItem
            // biome-ignore lint/suspicious/noArrayIndexKey: two steps may be equal
            key={at}
            mark={String(at + 1)}
            name={`step ${at + 1}`}
            at={at}
            count={steps.length}
            least={2}
            onMove={(to) => set({ steps: moved(steps, at, to) })}
            onRemove={() => onChange(withoutStep(question, at))}
          >
            <EventSelectorFields
              app={app}
              label={`Event of step ${at + 1}`}
              value={step}
              onChange={(selector) => set({ steps: steps.map((one, i) => (i === at ? selector : one)) })}
            />
          </ListItem>
        ))}
        {steps.length < SELECTORS_MAX && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => set({ steps: [...steps, {}] })}
            style={{ alignSelf: 'flex-start' }}
          >
            Add step
          </Button>
        )}
      </Section>
      <Section title="Conversion">
        <Group grow align="flex-end">
          <LateText
            label="Conversion window"
            value={question.window}
            placeholder="14d"
            onChange={(window) => set({ window })}
          />
          <Pick
            label="Count by"
            value={question.by}
            options={[
              { value: undefined, label: 'users' },
              { value: 'session', label: 'sessions' },
            ]}
            onChange={(by) => set({ by })}
          />
        </Group>
        <Pick
          label="Order"
          value={question.order}
          options={[
            { value: undefined, label: 'Sequential (other events may come between)' },
            { value: 'strict', label: 'Strict order (no other events between)' },
            { value: 'any', label: 'Any order' },
          ]}
          onChange={(order) => set({ order })}
        />
        {exclude.map((one, at) => (
          <ListItem
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            key={at}
            mark="≠"
            name={`exclusion ${at + 1}`}
            at={0}
            count={1}
            least={0}
            onMove={() => {}}
            onRemove={() => set({ exclude: exclude.length === 1 ? undefined : exclude.filter((_, i) => i !== at) })}
          >
            <EventSelectorFields
              app={app}
              label={`Excluded event ${at + 1}`}
              value={one}
              onChange={(selector) =>
                set({
                  exclude: exclude.map((other, i) =>
                    i === at ? { ...selector, ...(one.after !== undefined && { after: one.after }) } : other,
                  ),
                })
              }
            />
            <Pick
              label="Between steps"
              value={one.after === undefined ? undefined : String(one.after)}
              options={[
                { value: undefined, label: 'Any' },
                ...steps.slice(1).map((_, i) => ({ value: String(i + 1), label: `${i + 1} and ${i + 2}` })),
              ]}
              onChange={(after) =>
                set({
                  exclude: exclude.map((other, i) =>
                    i === at ? change(other, { after: after === undefined ? undefined : Number(after) }) : other,
                  ),
                })
              }
            />
          </ListItem>
        ))}
        {exclude.length < EXCLUDED_MAX && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => set({ exclude: [...exclude, {}] })}
            style={{ alignSelf: 'flex-start' }}
          >
            Exclude users who did
          </Button>
        )}
      </Section>
      <Section title="Breakdown">
        <FieldSelect
          app={app}
          event={steps[0]?.event}
          size="xs"
          aria-label="Breakdown"
          placeholder="None"
          clearable
          value={question.breakdown}
          onChange={(breakdown) => set({ breakdown, ...(breakdown === undefined && { limit: undefined }) })}
        />
      </Section>
    </>
  );
}
