import type { Filter } from '../api/wire.ts';

export interface FilterEditorProps {
  readonly app: string;
  readonly value: readonly Filter[];
  /** The properties and values suggested are those of this event. */
  readonly event?: string;
  onChange(value: readonly Filter[]): void;
}

/** Conditions, with suggestions of properties and values from real data. */
export function FilterEditor(_: FilterEditorProps) {
  return null;
}
