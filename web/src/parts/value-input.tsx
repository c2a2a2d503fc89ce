import { Autocomplete, NumberInput, TagsInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { valuesQuery } from '../api/hooks.ts';
import { type Condition, type Scalar, scalarOf, type Types } from './filters.ts';
import { count } from './formats.ts';

export interface ValueInputProps {
  readonly app: string;
  readonly event?: string | undefined;
  readonly field: string;
  readonly types: Types;
  readonly value: Condition['value'];
  readonly many?: boolean;
  onChange(value: Condition['value']): void;
  /** Enter, when nothing of the list is chosen. */
  onDone?(): void;
}

const TYPING_MS = 200;
const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** A value, or many, with suggestions from what the property has really been; each keeps its JSON type. */
export function ValueInput({ app, event, field, types, value, many = false, onChange, onDone }: ValueInputProps) {
  const list = Array.isArray(value) ? (value as readonly Scalar[]) : [];
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(many ? typed : textOf(value), TYPING_MS);
  const { data } = useQuery({ ...valuesQuery(app, field, search, event), placeholderData: keepPreviousData });
  const suggested = new Map((data?.values ?? []).map((row) => [textOf(row.value), row]));
  const meant = (text: string): Scalar => {
    const known = suggested.get(text)?.value;
    // Arrays and objects can be looked at, not compared with.
    return known !== undefined && (known === null || typeof known !== 'object')
      ? (known as Scalar)
      : scalarOf(text, types);
  };
  const shared = {
    label: 'Value',
    data: [...suggested.keys()],
    // The server has searched already.
    filter: ({ options }: { options: unknown }) => options as never,
    maxDropdownHeight: 220,
    comboboxProps: { withinPortal: false },
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
        description="Enter after each"
        value={list.map(textOf)}
        searchValue={typed}
        onSearchChange={setTyped}
        onChange={(texts) => onChange(texts.map((text) => list.find((one) => textOf(one) === text) ?? meant(text)))}
      />
    );
  return (
    <Autocomplete
      {...shared}
      data-autofocus
      value={textOf(value)}
      onChange={(text) => onChange(meant(text))}
      onKeyDown={(press) => {
        if (press.key === 'Enter' && press.currentTarget.getAttribute('aria-activedescendant') === null) onDone?.();
      }}
    />
  );
}

/** One number, for comparing. */
export function NumberValue({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number | undefined;
  onChange(value: number | undefined): void;
}) {
  return (
    <NumberInput
      label={label}
      value={value ?? ''}
      onChange={(number) => onChange(typeof number === 'number' ? number : undefined)}
    />
  );
}
