/** Reads a page's address: invalid parts are ignored, since addresses are typed and cut. */
export type Search = Readonly<Record<string, unknown>>;

export const textIn = (search: Search, name: string): string | undefined => {
  const value = search[name];
  // The router reads `?user=42` as a number.
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
};

export const oneIn = <const T extends readonly string[]>(
  search: Search,
  name: string,
  names: T,
): T[number] | undefined => names.find((known) => known === search[name]);

/** Only defined fields, as `exactOptionalPropertyTypes` requires, which also keeps the address short. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
