import { createHash } from 'node:crypto';
import { textOfCell } from '../cell.ts';
import { jsonValue } from '../json-value.ts';
import type { Cells } from './preset.ts';

/** A text or number as a text; undefined where there is none. @throws RowFault of a number that JSON.parse has rounded */
export function textAt(row: Cells, name: string): string | undefined {
  const value = row[name];
  return typeof value === 'number' || typeof value === 'string' ? textOfCell(value, name) : undefined;
}

/** A number, also one that is spelled as a text. */
export function numberAt(row: Cells, name: string): number | undefined {
  const value = row[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** An object, also one given as JSON text; empty if absent. @throws RowFault if the text is not JSON */
export function objectAt(row: Cells, name: string): Cells {
  const value = row[name];
  const parsed = typeof value === 'string' && value.trimStart().startsWith('{') ? jsonValue(value, name) : value;
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Cells) : {};
}

export function objectsAt(row: Cells, name: string): readonly Cells[] {
  const value = row[name];
  const parsed = typeof value === 'string' && value.trimStart().startsWith('[') ? jsonValue(value, name) : value;
  return Array.isArray(parsed) ? parsed.filter((item) => typeof item === 'object' && item !== null) : [];
}

/** Without the names given, and without what is null. */
export function without(values: Cells, names: ReadonlySet<string>): Cells {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== null && value !== undefined && !names.has(name)),
  );
}

/** The values that are there, under their new names. */
export function renamed(row: Cells, names: Readonly<Record<string, string>>): Cells {
  const taken: Record<string, unknown> = {};
  for (const [from, to] of Object.entries(names)) {
    const value = row[from];
    if (value !== undefined && value !== null && value !== '' && value !== '(not set)') taken[to] = value;
  }
  return taken;
}

/** The parts of an address, as Seismo's own script names them. */
export function pageOf(url: string | undefined, referrer?: string, title?: string): Cells {
  const page: Record<string, unknown> = {};
  if (url !== undefined && URL.canParse(url, 'http://localhost')) {
    const { host, pathname, searchParams } = new URL(url, 'http://localhost');
    if (URL.canParse(url)) page['host'] = host;
    page['path'] = pathname;
    for (const [name, value] of searchParams) if (name.startsWith('utm_')) page[name] = value;
  }
  if (referrer !== undefined && referrer !== '$direct') page['referrer'] = referrer.replace(/[?#].*$/s, '');
  if (title !== undefined) page['title'] = title;
  return page;
}

/** An id for what brings none: the same for the same values. */
export const idOf = (...values: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32);
