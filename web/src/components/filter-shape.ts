import type { Filter } from '../api/wire.ts';

/** Whether a value from an address can be shown as filters, nested or not. The server checks the rest. */
export const isFilters = (value: unknown): value is readonly Filter[] => Array.isArray(value) && value.every(isFilter);

function isFilter(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('and' in value) return isFilters(value.and);
  if ('or' in value) return isFilters(value.or);
  return 'field' in value && typeof value.field === 'string';
}
