import { wordList } from '../../model/word-list.ts';
import { CommandFailure } from '../failure.ts';
import { valueAt } from './column-path.ts';
import type { Row } from './rows.ts';

type Cells = Readonly<Record<string, unknown>>;

const NAMES_SHOWN = 50;
const NAMES_MAX = 1_000;

/** A column that no row has is a typing error: every row would lack it. @throws CommandFailure */
export function checkColumns(rows: readonly Row[], wanted: readonly string[]): void {
  if (wanted.length === 0) return;
  const all = rows.map(cellsOf);
  const missing = wanted.find((path) => !all.some((row) => valueAt(row, path) !== undefined));
  if (missing === undefined) return;
  const known = new Set<string>();
  for (const row of all) for (const name of Object.keys(row)) if (known.size < NAMES_MAX) known.add(name);
  throw new CommandFailure(
    `No row has a column \`${missing}\`. The columns are ${wordList([...known].slice(0, NAMES_SHOWN))}.`,
    2,
  );
}

/** An export of another app would be rejected row by row. @throws CommandFailure if all first rows with an app name another one */
export function checkApp(rows: readonly Row[], app: string): void {
  let other: string | undefined;
  for (const row of rows) {
    const named = cellsOf(row)['app'];
    if (typeof named !== 'string' || named === '') continue;
    if (named === app) return;
    other ??= named;
  }
  if (other !== undefined)
    throw new CommandFailure(
      `The events belong to the app \`${other}\`, not \`${app}\`. Use \`--app ${other}\`, or \`--rename-app\` to import them into \`${app}\`.`,
      2,
    );
}

function cellsOf(row: Row): Cells {
  if (!Buffer.isBuffer(row)) return row;
  try {
    const value: unknown = JSON.parse(row.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Cells) : {};
  } catch {
    // The mapping reported this row as faulty.
    return {};
  }
}
