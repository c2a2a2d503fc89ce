type Cells = Readonly<Record<string, unknown>>;

/** The column with that name, or else the value inside a column: `properties.distinct_id`. */
export function valueAt(row: Cells, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (let from = 0; from <= path.length; ) {
    const dot = path.indexOf('.', from);
    const name = path.slice(from, dot < 0 ? undefined : dot);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Cells)[name];
    if (dot < 0) return value;
    from = dot + 1;
  }
  return undefined;
}

/** Removes values inside columns from a copy of the row. Columns with exactly that name stay. */
export function removeNested(copy: Record<string, unknown>, paths: readonly string[]): void {
  for (const path of paths) {
    const names = path.split('.');
    const last = names.pop()!;
    let value: unknown = copy;
    for (const name of names)
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Cells)[name] : undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      delete (value as Record<string, unknown>)[last];
  }
}
