/** Fields of the forms: each says what it is, and a text is taken when it is finished, not at every letter. */
import { ActionIcon, Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { EventSelect } from '../../components/event-select.tsx';
import { FilterEditor } from '../../components/filter-editor.tsx';
import { type Choice, change } from './question.ts';

export interface FormProps<Q> {
  readonly app: string;
  readonly question: Q;
  onChange(question: Q): void;
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap={6} component="section" aria-label={title}>
      <Text size="xs" fw={600} c="dimmed" tt="uppercase" component="h2">
        {title}
      </Text>
      {children}
    </Stack>
  );
}

/** Which events: a name, and filters. */
export function ChoiceFields({
  app,
  value,
  label,
  onChange,
}: {
  app: string;
  value: Choice;
  label: string;
  onChange(value: Choice): void;
}) {
  return (
    <Stack gap={4}>
      {/* By its id when the question was asked so elsewhere. */}
      {value.id === undefined ? (
        <EventSelect
          app={app}
          size="xs"
          aria-label={label}
          value={value.event}
          onChange={(event) => onChange(change(value, { event }))}
        />
      ) : (
        <TextInput size="xs" aria-label={`${label}, by its id`} value={value.id} readOnly />
      )}
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

/** One of a list, with the buttons that move and remove it. */
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
  /** So many must stay. */
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

/** A choice of few; `undefined` is what the server takes when nothing is said. */
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

/** A text that is taken when Enter is pressed or the field is left. */
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

/** A whole number that is taken like a text; what is none is not taken. */
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
