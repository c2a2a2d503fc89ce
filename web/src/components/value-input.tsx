import { Autocomplete, NumberInput, TagsInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Condition, type Scalar, scalarOf, type Types } from './filters.ts';
import { count } from './formats.ts';
import { valuesQuery } from './values-query.ts';

export interface ValueInputProps {
  readonly app: string;
  readonly event?: string | undefined;
  readonly field: string;
  readonly types: Types;
  readonly value: Condition['value'];
  readonly many?: boolean;
  onChange(value: Condition['value']): void;
  /** Called on Enter, when no suggestion is selected. */
  onDone?(): void;
}

const TYPING_MS = 200;
const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** One value or several, with suggestions from the property's real values; each keeps its JSON type. */
export function ValueInput({ app, event, field, types, value, many = false, onChange, onDone }: ValueInputProps) {
  const list = Array.isArray(value) ? (value as readonly Scalar[]) : [];
  // As typed: `1.` and `0.0` may become other numbers, and would change if parsed now.
  const [typed, setTyped] = useState(many ? '' : textOf(value));
  const [search] = useDebouncedValue(typed, TYPING_MS);
  const { data = [] } = useQuery({ ...valuesQuery(app, field, search, event), placeholderData: keepPreviousData });
  const suggested = new Map(data.map((row) => [textOf(row.value), row]));
  const meant = (text: string): Scalar => {
    const known = suggested.get(text)?.value;
    // Arrays and objects can be shown but not compared with.
    return known !== undefined && (known === null || typeof known !== 'object')
      ? (known as Scalar)
      : scalarOf(text, types);
  };
  const shared = {
    label: 'Value',
    data: [...suggested.keys()],
    // The server has searched already.
    filter: ({ options }: { options: unknown }) => options as never,
    // Above, over what is selected already: below, it would cover the button that is pressed next.
    comboboxProps: { withinPortal: false, position: 'top-start' as const },
    // The field has the focus as soon as it is there; the list would cover the condition above it.
    openOnFocus: false,
    renderOption: ({ option }: { option: { value: string } }) => (
      <span style={{ display: 'flex', justifyContent: 'space-between', gap: 12, width: '100%' }}>
        <span style={{ overflowWrap: 'anywhere' }}>{option.value || '(empty)'}</span>
        <span style={{ color: 'var(--mantine-color-dimmed)' }}>{count(suggested.get(option.value)?.total)}</span>
      </span>
    ),
  };
  if (many)
    return (
      <TagsInput
        {...shared}
        description="Press Enter after each value, and again when done"
        value={list.map(textOf)}
        searchValue={typed}
        onSearchChange={setTyped}
        onKeyDown={(press) => {
          if (
            press.key === 'Enter' &&
            typed === '' &&
            press.currentTarget.getAttribute('aria-activedescendant') === null
          )
            onDone?.();
        }}
        onChange={(texts) => onChange(texts.map((text) => list.find((one) => textOf(one) === text) ?? meant(text)))}
      />
    );
  return (
    <Autocomplete
      {...shared}
      data-autofocus
      value={typed}
      onChange={(text) => {
        setTyped(text);
        const isNothing = text === '' && types.length > 0 && !types.includes('text');
        onChange(isNothing ? undefined : meant(text));
      }}
      onKeyDown={(press) => {
        if (press.key === 'Enter' && press.currentTarget.getAttribute('aria-activedescendant') === null) onDone?.();
      }}
    />
  );
}

/** `1.` is 1; `-` is no number yet. */
const numberOf = (text: string): number | undefined => {
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
};

/** One number, for comparisons. */
export function NumberValue({
  label,
  value,
  isFirst = false,
  onChange,
  onDone,
}: {
  label: string;
  value: number | undefined;
  /** Has the focus when its form opens. */
  isFirst?: boolean;
  onChange(value: number | undefined): void;
  /** Called on Enter. */
  onDone?: (() => void) | undefined;
}) {
  // As typed: `-` and `1.` are no numbers yet.
  const [typed, setTyped] = useState<number | string>(value ?? '');
  return (
    <NumberInput
      label={label}
      {...(isFirst && { 'data-autofocus': true })}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        onChange(typeof next === 'number' ? next : next.trim() === '' ? undefined : numberOf(next));
      }}
      onKeyDown={(press) => {
        if (press.key === 'Enter') onDone?.();
      }}
    />
  );
}
