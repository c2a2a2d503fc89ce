import { Button, Group, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { propertiesQuery } from '../api/hooks.ts';
import { FieldSelect } from './field-select.tsx';
import { type Condition, fieldLabel, OPERATOR_LABELS, type Operator, operatorsFor, type Types } from './filters.ts';
import { NumberValue, ValueInput } from './value-input.tsx';

export interface ConditionFormProps {
  readonly app: string;
  readonly event?: string | undefined;
  readonly value: Condition | undefined;
  onDone(condition: Condition): void;
}

const ORDERED: readonly Operator[] = ['gt', 'gte', 'lt', 'lte'];
const PATTERNS: readonly Operator[] = ['contains', 'startsWith', 'matches'];

/** One condition: a field, an operator and the value. */
export function ConditionForm({ app, event, value, onDone }: ConditionFormProps) {
  const [draft, setDraft] = useState<Partial<Condition>>(value ?? {});
  const { data: properties = [] } = useQuery(propertiesQuery(app, event));
  const { field, operator = 'is' } = draft;
  const types: Types =
    field === undefined || !field.startsWith('data')
      ? ['text']
      : (properties.find(({ name }) => name === fieldLabel(field))?.types ?? []);
  const complete = isComplete(draft);
  const done = (): void => {
    if (complete !== undefined) onDone(complete);
  };
  /** An empty input is no value, and not the one before. */
  const setValue = (next: Condition['value']): void =>
    setDraft(({ value: _, ...rest }) => ({ ...rest, ...(next !== undefined && { value: next }) }));

  // The form may have been loaded after its popover opened; and once a field is chosen, its value is typed.
  const form = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is focused depends on what is shown
  useEffect(() => {
    const inputs = form.current?.querySelectorAll<HTMLElement>('[data-autofocus]');
    inputs?.[inputs.length - 1]?.focus();
  }, [field, operator]);

  return (
    <Stack gap="xs" w={280} maw="80vw" ref={form}>
      <FieldSelect
        app={app}
        event={event}
        label="Field"
        // When a condition is changed, it is usually its value; the list of fields would cover it.
        openOnFocus={value === undefined}
        value={field}
        comboboxProps={{ withinPortal: false }}
        {...(value === undefined && { 'data-autofocus': true })}
        onChange={(chosen, seen) =>
          setDraft(
            chosen === undefined
              ? {}
              : { field: chosen, operator: operatorsFor(chosen.startsWith('data') ? seen : ['text'])[0]! },
          )
        }
      />
      {field !== undefined && (
        <Select
          label="Condition"
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          data={[...new Set([...operatorsFor(types), operator])].map((name) => ({
            value: name,
            label: OPERATOR_LABELS[name],
          }))}
          value={operator}
          onChange={(name) => {
            const next = (name ?? 'is') as Operator;
            // A list is not a single value, and a single value is not a list.
            const keeps = !['in', 'between', 'exists'].includes(next) && !Array.isArray(draft.value);
            setDraft({
              field,
              operator: next,
              ...(next === 'exists' && { value: true }),
              ...(keeps && draft.value !== undefined && { value: draft.value }),
            });
          }}
        />
      )}
      {field !== undefined && (
        <Value
          // What was typed for one field is not meant for the next.
          key={`${field} ${operator}`}
          app={app}
          event={event}
          draft={draft}
          types={types}
          setValue={setValue}
          done={done}
        />
      )}
      <Group justify="flex-end">
        <Button size="xs" disabled={complete === undefined} onClick={done}>
          {value === undefined ? 'Add' : 'Change'}
        </Button>
      </Group>
    </Stack>
  );
}

interface ValueProps {
  readonly app: string;
  readonly event: string | undefined;
  readonly draft: Partial<Condition>;
  readonly types: Types;
  setValue(value: Condition['value']): void;
  done(): void;
}

function Value({ app, event, draft, types, setValue, done }: ValueProps) {
  const { field = '', operator = 'is', value } = draft;
  const numbers = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const number = (one: unknown): number | undefined => (typeof one === 'number' ? one : undefined);
  if (operator === 'exists')
    return (
      <SegmentedControl
        aria-label="Value"
        data={[
          { value: 'true', label: 'is set' },
          { value: 'false', label: 'is not set' },
        ]}
        value={String(value !== false)}
        onChange={(text) => setValue(text === 'true')}
      />
    );
  if (operator === 'between') {
    const pair = (low: number | undefined, high: number | undefined): void => setValue([low as number, high as number]);
    return (
      <Group grow>
        <NumberValue
          isFirst
          label="From"
          value={number(numbers[0])}
          onChange={(low) => pair(low, number(numbers[1]))}
        />
        <NumberValue label="To" value={number(numbers[1])} onChange={(high) => pair(number(numbers[0]), high)} />
      </Group>
    );
  }
  if (ORDERED.includes(operator))
    return <NumberValue label="Value" value={number(value)} onChange={setValue} onDone={done} />;
  if (PATTERNS.includes(operator))
    return (
      <TextInput
        label="Text"
        data-autofocus
        value={typeof value === 'string' ? value : ''}
        onChange={(change) => setValue(change.currentTarget.value)}
        onKeyDown={(press) => {
          if (press.key === 'Enter') done();
        }}
      />
    );
  return (
    <ValueInput
      app={app}
      event={event}
      field={field}
      types={types}
      value={value}
      many={operator === 'in'}
      onChange={setValue}
      onDone={done}
    />
  );
}

/** @returns the condition when nothing is missing */
export function isComplete({ field, operator = 'is', value }: Partial<Condition>): Condition | undefined {
  if (field === undefined) return undefined;
  if (operator === 'exists') return { field, operator, value: value !== false };
  if (value === undefined) return undefined;
  if (operator === 'in' && !(Array.isArray(value) && value.length > 0)) return undefined;
  if (
    operator === 'between' &&
    !(Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number'))
  )
    return undefined;
  if (ORDERED.includes(operator) && typeof value !== 'number') return undefined;
  if (PATTERNS.includes(operator) && (typeof value !== 'string' || value === '')) return undefined;
  return { field, operator, value };
}
