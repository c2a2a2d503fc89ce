/** What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), including full-width forms. */
const FORMULA = '[=+\\-@＝＋－＠]';
/** Invisible or blank: control and format characters, and everything else that Unicode allows fonts to leave out. */
const HIDDEN = '\\s\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}';
const STARTS = new RegExp(`^[${HIDDEN};']*${FORMULA}|^'*[\\t\\r\\n]`, 'u');
const BLANKS = `(?:(?![\\t\\r\\n])[${HIDDEN}])*`;
/** After what ends a cell in a spreadsheet with another delimiter than the comma. The apostrophes there are the second group. */
const INSIDE = new RegExp(`([;\\t\\r\\n])(?=('*)${BLANKS}${FORMULA})`, 'gu');
const GUARDED_INSIDE = new RegExp(`([;\\t\\r\\n])'(?='*${BLANKS}${FORMULA})`, 'gu');
/** Not a formula, whatever its sign. */
const NUMBER = /^-\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

/**
 * A string as a cell (RFC 4180). `safe` puts an apostrophe before what a spreadsheet would compute. If there are already apostrophes
 * before such text, one more is always added, so that `restoredCell` returns the original from both kinds of files.
 */
export function csvCell(value: string, safe: boolean): string {
  const text = safe || value.includes("'") ? guarded(value, safe) : value;
  return text !== value || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function guarded(value: string, safe: boolean): string {
  if (NUMBER.test(value)) return value;
  const text = value.replace(INSIDE, (end, _separator, quotes: string) => (safe || quotes !== '' ? `${end}'` : end));
  return STARTS.test(text) && (safe || text.startsWith("'")) ? `'${text}` : text;
}

/** The text of a cell that `csvCell` wrote. */
export function restoredCell(cell: string): string {
  if (!cell.includes("'")) return cell;
  const text = cell.startsWith("'") && STARTS.test(cell) ? cell.slice(1) : cell;
  return text.replace(GUARDED_INSIDE, '$1');
}
