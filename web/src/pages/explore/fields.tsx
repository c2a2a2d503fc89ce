/** Fields of the forms: each shows its state, and text takes effect when it is finished, not at every letter. */
import { ActionIcon, Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { EventSelect } from '../../components/event-select.tsx';
import { FieldSelect } from '../../components/field-select.tsx';
import { FilterEditor } from '../../components/filter-editor.tsx';
import { change, type EventSelector } from './question.ts';
import { Section } from './section.tsx';

export interface FormProps<Q> {
  readonly app: string;
  readonly question: Q;
  onChange(question: Q): void;
}

interface EventFieldsProps {
  app: string;
  value: EventSelector;
  label: string;
  onChange(value: EventSelector): void;
}

/** The name of an event selector; its id when the question was asked so elsewhere. */
function EventField({ app, value, label, onChange }: EventFieldsProps) {
  return value.id === undefined ? (
    <EventSelect
      app={app}
      size="xs"
      aria-label={label}
      value={value.event}
      onChange={(event) => onChange(change(value, { event }))}
    />
  ) : (
    <TextInput size="xs" aria-label={`${label}, by its id`} value={value.id} readOnly />
  );
}

/** An event selector: a name and filters. */
export function EventSelectorFields({ app, value, label, onChange }: EventFieldsProps) {
  return (
    <Stack gap={4}>
      <EventField app={app} value={value} label={label} onChange={onChange} />
      <FilterEditor
        app={app}
        event={value.event}
        of={label}
        value={value.filters ?? []}
        onChange={(filters) => onChange(change(value, { filters: filters.length > 0 ? filters : undefined }))}
      />
    </Stack>
  );
}

/** The event of a question whose own fields are an event selector. Its filters are those of the question (common-form.tsx). */
export function EventSection({
  title,
  app,
  question,
  onChange,
}: {
  title: string;
  app: string;
  question: EventSelector;
  onChange(patch: { event: EventSelector['event'] | undefined }): void;
}) {
  return (
    <Section title={title}>
      <EventField app={app} label="Event" value={question} onChange={({ event }) => onChange({ event })} />
    </Section>
  );
}

/** An item of a list, with the buttons that move and remove it. */
export function ListItem({
  mark,
  name,
  at,
  count,
  least,
  onMove,
  onRemove,
  children,
}: {
  mark: string;
  name: string;
  at: number;
  count: number;
  /** The minimum number of items. */
  least: number;
  onMove(to: number): void;
  onRemove(): void;
  children: ReactNode;
}) {
  return (
    <Paper withBorder p="xs">
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <Text fw={700} size="sm" w={18} ta="center" pt={4} aria-hidden>
          {mark}
        </Text>
        <Stack gap={6} style={{ flex: 1, minWidth: 0 }}>
          {children}
        </Stack>
        <Stack gap={2}>
          {count > least && (
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={onRemove}>
              <IconTrash size={14} />
            </ActionIcon>
          )}
          {at > 0 && (
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={`Move ${name} up`}
              onClick={() => onMove(at - 1)}
            >
              <IconArrowUp size={14} />
            </ActionIcon>
          )}
          {at < count - 1 && (
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={`Move ${name} down`}
              onClick={() => onMove(at + 1)}
            >
              <IconArrowDown size={14} />
            </ActionIcon>
          )}
        </Stack>
      </Group>
    </Paper>
  );
}

/** One of a few options; `undefined` is the server's default. */
export function Pick<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T | undefined;
  options: readonly { readonly value: T | undefined; readonly label: string }[];
  onChange(value: T | undefined): void;
}) {
  const key = (one: T | undefined): string => one ?? '\u0000';
  return (
    <Select
      size="xs"
      label={label}
      allowDeselect={false}
      data={options.map((option) => ({ value: key(option.value), label: option.label }))}
      value={key(value)}
      onChange={(chosen) => onChange(options.find((option) => key(option.value) === chosen)?.value)}
    />
  );
}

/** Text that takes effect when Enter is pressed or the field is left. */
export function LateText({
  label,
  value,
  placeholder,
  description,
  error,
  onChange,
}: {
  label: string;
  value: string | undefined;
  placeholder?: string;
  description?: string;
  error?: string | undefined;
  onChange(value: string | undefined): void;
}) {
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  const take = (): void => {
    if (text !== (value ?? '')) onChange(text === '' ? undefined : text);
  };
  return (
    <TextInput
      size="xs"
      label={label}
      value={text}
      placeholder={placeholder ?? ''}
      description={description}
      error={error}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

/** Up to two fields to break down by; the second is offered once there is a first. */
export function Breakdowns({
  app,
  event,
  value = [],
  description,
  onChange,
}: {
  app: string;
  /** Only properties of this event are offered. */
  event?: string | undefined;
  value: readonly string[] | undefined;
  description?: string;
  onChange(value: readonly string[] | undefined): void;
}) {
  const set = (at: number, field: string | undefined): void => {
    const next =
      field === undefined ? value.filter((_, i) => i !== at) : [...value.slice(0, at), field, ...value.slice(at + 1)];
    onChange(next.length > 0 ? next : undefined);
  };
  return [...value, undefined].slice(0, 2).map((field, at) => (
    <FieldSelect
      // biome-ignore lint/suspicious/noArrayIndexKey: the first and the second field
      key={at}
      app={app}
      event={event}
      size="xs"
      aria-label={at === 0 ? 'Breakdown' : 'Second breakdown'}
      placeholder={at === 0 ? 'None' : 'then by…'}
      {...(at === 0 && description !== undefined && { description })}
      clearable
      value={field}
      onChange={(chosen) => set(at, chosen)}
    />
  ));
}

/** A whole number, taking effect like text; anything else is ignored. */
export function LateNumber({
  label,
  value,
  min,
  max,
  placeholder,
  onChange,
}: {
  label: string;
  value: number | undefined;
  min: number;
  max: number;
  placeholder?: string;
  onChange(value: number | undefined): void;
}) {
  const [error, setError] = useState<string>();
  return (
    <LateText
      label={label}
      value={value === undefined ? undefined : String(value)}
      error={error}
      {...(placeholder !== undefined && { placeholder })}
      onChange={(text) => {
        const number = text === undefined ? undefined : Number(text);
        const fits = number === undefined || (Number.isInteger(number) && number >= min && number <= max);
        setError(fits ? undefined : `${min} to ${max}`);
        if (fits) onChange(number);
      }}
    />
  );
}

export const INTERVALS = (['minute', 'hour', 'day', 'week', 'month'] as const).map((value) => ({
  value,
  label: value[0]!.toUpperCase() + value.slice(1),
}));
export const LONG_INTERVALS = INTERVALS.slice(2) as readonly { value: 'day' | 'week' | 'month'; label: string }[];
