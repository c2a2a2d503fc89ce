export interface Output {
  readonly json: boolean;
  /** `text` for people, `value` for --json. */
  result(value: unknown, text: string): void;
  /** Written besides the result, on standard error, for people only. */
  note(text: string): void;
}

export function outputOf(options: { readonly json?: boolean }): Output {
  const json = options.json === true;
  return {
    json,
    result: (value, text) => void process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
    note: (text) => void (json || process.stderr.write(`${text}\n`)),
  };
}

/** On a terminal that wants colours (NO_COLOR and TERM=dumb do not). */
const hasColours = (): boolean => process.stdout.isTTY === true && process.stdout.hasColors();
export const bold = (text: string): string => (hasColours() ? `\u001b[1m${text}\u001b[22m` : text);

/** Rows below their headings, with aligned columns. Empty headings are left out. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  const head = headings.some((heading) => heading !== '') ? [bold(line(headings))] : [];
  return [...head, ...rows.map(line)].join('\n');
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytesText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

export const countText = (count: number): string => count.toLocaleString('en');

/** "1 event", "2,000 events" */
export const countOf = (count: number, noun: string): string => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
