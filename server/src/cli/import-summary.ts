import type { ColumnSummary } from './import/column-types.ts';
import type { MongoImportResult } from './import/mongodb/run.ts';
import type { ImportResult } from './import/run.ts';
import { countOf, countText } from './output.ts';

/** One sentence about the result. */
export function summaryOf(result: ImportResult): string {
  const { rows, resumedAt, rejectedBefore, accepted, duplicates, rejectedTotal } = result;
  const { unreadableTotal, doubtfulTotal, leftOut } = result;
  const were = (count: number): string => `${countText(count)} ${count === 1 ? 'was' : 'were'}`;
  const noun = leftOut === undefined ? 'row' : 'event';
  if (resumedAt > 0 && resumedAt === rows)
    return `This file (${countOf(rows, noun)}) is already imported, so nothing was added.${before(rejectedBefore, noun)} Use \`--again\` to import it again.`;
  const parts = [`${countText(accepted)} of ${countOf(rows, noun)} imported`];
  if (resumedAt > rejectedBefore) parts.push(`${were(resumedAt - rejectedBefore)} already done`);
  if (duplicates > 0) parts.push(`${countOf(duplicates, 'duplicate')}`);
  if (rejectedTotal > 0) parts.push(`${were(rejectedTotal)} rejected`);
  if (rejectedBefore > 0) parts.push(`${were(rejectedBefore)} rejected before`);
  if (unreadableTotal > 0) parts.push(`${countOf(unreadableTotal, 'record')} could not be read`);
  if (doubtfulTotal > 0) parts.push(`${countOf(doubtfulTotal, 'doubtful time')}`);
  if (leftOut) parts.push(`${countOf(leftOut, 'row')} skipped (not an event, or nothing new about a user)`);
  return `${parts.join(', ')}.`;
}

/** Rows that an earlier run could not import are not there, though there is nothing to do for them. */
const before = (rejected: number, noun: string): string =>
  rejected === 0 ? '' : ` ${countOf(rejected, noun)} of it ${rejected === 1 ? 'was' : 'were'} rejected.`;

/** One sentence about a database of the first Seismo. */
export function mongoSummaryOf({
  rows,
  resumedAt,
  rejectedBefore,
  accepted,
  duplicates,
  rejectedTotal,
  ...rest
}: MongoImportResult): string {
  if (rows === resumedAt)
    return `${rest.source} (${countOf(rows, 'event')}) is already imported, so nothing was added.${before(rejectedBefore, 'event')} Use \`--again\` to send all events again.`;
  const parts = [`${countText(accepted)} of ${countOf(rows, 'event')} imported`];
  if (resumedAt > rejectedBefore) parts.push(`${countText(resumedAt - rejectedBefore)} already done`);
  if (duplicates > 0) parts.push(countOf(duplicates, 'duplicate'));
  if (rejectedTotal > 0) parts.push(`${countText(rejectedTotal)} rejected`);
  if (rejectedBefore > 0) parts.push(`${countText(rejectedBefore)} rejected before (\`--again\` lists them)`);
  if (rest.doubtfulTotal > 0) parts.push(countOf(rest.doubtfulTotal, 'doubtful time'));
  return `${parts.join(', ')}.`;
}

/** Lines about the apps, and about single documents. */
export function mongoNotesOf({ apps, rejected, rejectedTotal, doubtful, doubtfulTotal }: MongoImportResult): string[] {
  return [
    ...Object.entries(apps)
      .filter(([, { accepted }]) => accepted > 0)
      .map(([app, { accepted }]) => `  ${app}: ${countOf(accepted, 'event')}`),
    ...some(
      rejected.map(({ id, code, detail }) => `_id ${id}: ${detail} (${code})`),
      rejectedTotal,
    ),
    ...some(
      doubtful.map(({ id, detail }) => `_id ${id}: ${detail}`),
      doubtfulTotal,
    ),
  ];
}

const FAULTS_SHOWN = 10;
const COLUMNS_SHOWN = 50;

/** Lines about single rows, and about the detected column types. */
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
      ? [
          'Do these rows come from another program? Say what their columns mean with `--event` or `--event-from`, `--time` and `--user`.',
        ]
      : []),
    ...columnNotes(result),
  ];
}

/** Whether every row has fields that no event has. */
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
      ? [
          `Detected column types: ${kinds.join('; ')}. To change one, use \`--type column=text\`, \`number\` or \`boolean\`.`,
        ]
      : []),
    ...columns
      .filter(({ misfits }) => misfits > 0)
      .map(
        ({ column, type, values, misfits, misfit }) =>
          `  \`${column}\`: ${countText(misfits)} of ${countOf(values, 'value')} ${misfits === 1 ? 'is' : 'are'} not a ${type}, such as ${JSON.stringify(misfit)}, and ${misfits === 1 ? 'was' : 'were'} imported as text.`,
      ),
    ...largeNumbers.map(
      ({ column, values, isNested }) =>
        `  \`${column}\`: ${countOf(values, 'number')} of 2^53 or more ${values === 1 ? 'was' : 'were'} imported as text${isNested ? '.' : `. \`--type ${column}=text\` imports all values as text.`}`,
    ),
  ];
}

function some(lines: readonly string[], total: number): string[] {
  const more = total - FAULTS_SHOWN;
  return [
    ...lines.slice(0, FAULTS_SHOWN).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${countText(more)} more. \`--json\` lists up to a thousand.`] : []),
  ];
}
