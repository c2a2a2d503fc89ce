import { type ComboboxItem, Select, type SelectProps } from '@mantine/core';
import { type FocusEvent, type KeyboardEvent, type MouseEvent, useMemo, useState } from 'react';

type Item = string | ComboboxItem;
type Group = { readonly group: string; readonly items: readonly Item[] };
type Data = readonly (Item | Group)[];
type Mantine = NonNullable<SelectProps['data']>;

export interface SearchSelectProps
  extends Omit<
    SelectProps,
    'data' | 'value' | 'onChange' | 'searchable' | 'searchValue' | 'onSearchChange' | 'filter' | 'limit'
  > {
  readonly data: Data;
  readonly value: string | null;
  /** null when the value is cleared. */
  onChange(value: string | null): void;
}

/**
 * The one select whose options can be searched. Its text is selected when it gets the focus, so that typing replaces it;
 * the first match is highlighted, so that Enter takes it.
 */
export function SearchSelect({ data, value, onChange, ...rest }: SearchSelectProps) {
  const chosen = labelIn(data, value);
  const [search, setSearch] = useState(chosen);
  const [isTyped, setTyped] = useState(false);
  const isSearching = isTyped && search.trim() !== '';
  // Mantine's own filter lists all options as soon as the typed text is that of the selected one.
  const shown = useMemo(() => (isSearching ? matching(data, plain(search)) : data), [data, isSearching, search]);
  return (
    <Select<string>
      nothingFoundMessage="No results"
      {...rest}
      data={shown as Mantine}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      searchable
      allowDeselect={false}
      searchValue={search}
      onSearchChange={setSearch}
      selectFirstOptionOnChange={isSearching}
      onInput={() => setTyped(true)}
      onOptionSubmit={() => {
        setTyped(false);
        // Mantine keeps what was typed when the option that was selected already is chosen again.
        setSearch(chosen);
      }}
      onBlur={() => setTyped(false)}
      onFocus={(event: FocusEvent<HTMLInputElement>) => event.currentTarget.select()}
      // The mouse puts its cursor into the text after the focus.
      onClick={(event: MouseEvent<HTMLInputElement>) => {
        if (!isTyped) event.currentTarget.select();
      }}
      // After a choice the cursor is at the end of the text: a new search replaces it as well.
      onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
        const input = event.currentTarget;
        const isTyping = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
        if (input.ariaExpanded !== 'true' && (isTyping || event.key === 'Backspace' || event.key === 'ArrowDown'))
          input.select();
      }}
      // Mantine counts the highlighted option apart from what it shows, late, and its Enter can find none.
      onKeyDownCapture={(event: KeyboardEvent<HTMLInputElement>) => {
        if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
        const option = highlighted(event.currentTarget, isSearching);
        if (!option) return;
        event.preventDefault();
        event.stopPropagation();
        option.click();
      }}
    />
  );
}

/** The option that Enter takes: what is highlighted, or the first match when nothing is yet. */
function highlighted(input: HTMLInputElement, isSearching: boolean): HTMLElement | null | undefined {
  const list = document.getElementById(input.getAttribute('aria-controls') ?? '');
  const option = list?.querySelector<HTMLElement>('[data-combobox-selected]');
  return option ?? (isSearching ? list?.querySelector<HTMLElement>('[role=option]') : undefined);
}

const labelOf = (item: Item): string => (typeof item === 'string' ? item : item.label);
const keyOf = (item: Item): string => (typeof item === 'string' ? item : item.value);
const isGroup = (item: Item | Group): item is Group => typeof item !== 'string' && 'group' in item;

function labelIn(data: Data, value: string | null): string {
  const items = data.flatMap((item) => (isGroup(item) ? item.items : [item]));
  const found = items.find((item) => keyOf(item) === value);
  return found === undefined ? '' : labelOf(found);
}

/** `new york` finds `America/New_York`. */
const plain = (text: string): string => text.trim().toLowerCase().replaceAll('_', ' ');

/** What begins with the text is before what contains it. */
function matching(data: Data, text: string): Data {
  const groups = data.filter(isGroup).map(({ group, items }) => ({ group, items: ranked(items, text) }));
  const single = data.filter((item): item is Item => !isGroup(item));
  return [...ranked(single, text), ...groups.filter(({ items }) => items.length > 0)];
}

function ranked(items: readonly Item[], text: string): readonly Item[] {
  const found = items.filter((item) => plain(labelOf(item)).includes(text));
  const isFirst = (item: Item): boolean => plain(labelOf(item)).startsWith(text);
  return [...found.filter(isFirst), ...found.filter((item) => !isFirst(item))];
}
