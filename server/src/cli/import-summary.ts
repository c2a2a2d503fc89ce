import type { ColumnSummary } from './import/column-types.ts';
import type { ImportResult } from './import/run.ts';
import { countOf, countText } from './output.ts';

/** One sentence about what became of a file. */
export function summaryOf(result: ImportResult): string {
  const { rows, resumedAt, accepted, duplicates, rejectedTotal, unreadableTotal, doubtfulTotal, leftOut } = result;
  const were = (count: number): string => `${countText(count)} ${count === 1 ? 'was' : 'were'}`;
  const noun = leftOut === undefined ? 'row' : 'event';
  if (resumedAt > 0 && resumedAt === rows)
    return `All of this file (${countOf(rows, noun)}) was imported before: nothing is added. --again begins anew.`;
  const parts = [`${countText(accepted)} of ${countOf(rows, noun)} imported`];
  if (resumedAt > 0) parts.push(`${were(resumedAt)} already done`);
  if (duplicates > 0) parts.push(`${were(duplicates)} known`);
  if (rejectedTotal > 0) parts.push(`${were(rejectedTotal)} refused`);
  if (unreadableTotal > 0) parts.push(`${countOf(unreadableTotal, 'record')} could not be read`);
  if (doubtfulTotal > 0) parts.push(`${countOf(doubtfulTotal, 'time')} in doubt`);
  if (leftOut) parts.push(`${countOf(leftOut, 'row')} left out (no event, or nothing new about a user)`);
  return `${parts.join(', ')}.`;
}

const FAULTS_SHOWN = 10;
const COLUMNS_SHOWN = 50;

/** Lines about single rows, and about what the columns were taken for. */
export function notesOf(result: ImportResult): string[] {
  const { format } = result;
  const place = format === 'parquet' ? 'row' : format === 'json' ? 'element' : 'line';
  return [
    ...some(
      result.rejected.map(({ line, code, detail }) => `${place} ${line}: ${detail} (${code})`),
      result.rejectedTotal,
    ),
    ...some(
      result.unreadable.map(({ line, detail }) => `${place} ${line}: ${detail}`),
      result.unreadableTotal,
    ),
    ...some(
      result.doubtful.map(({ line, detail }) => `${place} ${line}: ${detail}`),
      result.doubtfulTotal,
    ),
    ...(isForeign(result)
      ? ['Are these rows of another program? Say what their columns mean: --event or --event-from, --time, --user.']
      : []),
    ...columnNotes(result),
  ];
}

/** Every row has fields that no event has. */
const isForeign = ({ accepted, duplicates, rejected }: ImportResult): boolean =>
  accepted + duplicates === 0 && rejected.some(({ code }) => code === 'EVENT_FIELD_UNKNOWN');

function columnNotes({ columns, largeNumbers }: ImportResult): string[] {
  const names = (type: ColumnSummary['type']): string => {
    const found = columns.filter((column) => column.type === type).map(({ column }) => column);
    const more = found.length - COLUMNS_SHOWN;
    return found.length === 0
      ? ''
      : `${type}: ${found.slice(0, COLUMNS_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  };
  const kinds = [names('number'), names('boolean'), names('text')].filter((text) => text !== '');
  return [
    ...(kinds.length > 0
      ? [`Columns were taken for ${kinds.join('; ')}. --type column=text|number|boolean decides.`]
      : []),
    ...columns
      .filter(({ misfits }) => misfits > 0)
      .map(
        ({ column, type, values, misfits, misfit }) =>
          `  ${column}: ${countText(misfits)} of ${countOf(values, 'value')} ${misfits === 1 ? 'is' : 'are'} no ${type}, like ${JSON.stringify(misfit)}, and stayed ${misfits === 1 ? 'a text' : 'texts'}.`,
      ),
    ...largeNumbers.map(
      ({ column, values, isNested }) =>
        `  ${column}: ${countOf(values, 'number')} of 2^53 or more became ${values === 1 ? 'a text' : 'texts'}${isNested ? '.' : `; --type ${column}=text makes texts of all.`}`,
    ),
  ];
}

function some(lines: readonly string[], total: number): string[] {
  const more = total - FAULTS_SHOWN;
  return [
    ...lines.slice(0, FAULTS_SHOWN).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${countText(more)} more; --json lists a thousand.`] : []),
  ];
}
