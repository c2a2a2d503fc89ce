/** What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), full-width forms included. */
const FORMULA = '[=+\\-@＝＋－＠]';
/** Shown as nothing or as a blank: control and format characters, and whatever else Unicode lets a font leave out. */
const HIDDEN = '\\s\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}';
const STARTS = new RegExp(`^[${HIDDEN};']*${FORMULA}|^'*[\\t\\r\\n]`, 'u');
const BLANKS = `(?:(?![\\t\\r\\n])[${HIDDEN}])*`;
/** After what ends a cell in a spreadsheet whose separator is not the comma. The apostrophes there are the second group. */
const INSIDE = new RegExp(`([;\\t\\r\\n])(?=('*)${BLANKS}${FORMULA})`, 'gu');
const GUARDED_INSIDE = new RegExp(`([;\\t\\r\\n])'(?='*${BLANKS}${FORMULA})`, 'gu');
/** No formula, whatever its sign. */
const NUMBER = /^-\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

/**
 * A text as a cell (RFC 4180). `safe` puts an apostrophe before what a spreadsheet would compute. Where apostrophes stand before
 * such already, one more is put there in any case: so `restoredCell` gives back the text, from either kind of file.
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
