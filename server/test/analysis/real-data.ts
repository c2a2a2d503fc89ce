/** Real input (`vega-datasets`), and the loops that count it straight from the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from './world.ts';

const DATA = fileURLToPath(new URL('../../../node_modules/vega-datasets/data/', import.meta.url));
export const read = <T>(name: string): T => JSON.parse(readFileSync(join(DATA, name), 'utf8')) as T;

export function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Between the two nearest, linearly. */
export function quantile(values: readonly number[], level: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * level;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
export const distinct = (values: readonly unknown[]): number => new Set(values).size;
export const iso = (ms: number): string => new Date(ms).toISOString();

export interface Series {
  readonly total: number;
  readonly skipped?: number;
  readonly group?: readonly { readonly value?: Json }[] | 'other';
  readonly points: readonly { readonly from: string; readonly value: number }[];
}
