/** In the database of the connection (`seismo` unless its URL names another). */
export const EVENTS = 'events';

/** Where the rows are. Questions and inserts name the table EVENTS (sql.ts) in any case. */
export interface Layout {
  /** The table that holds rows, for statements that change them. */
  readonly rows: string;
  /** Its rows of all shards, each once. */
  readonly system: (table: 'columns' | 'mutations' | 'parts' | 'parts_columns') => string;
  /** The cluster whose shards hold the rows; undefined: one server holds all of them. */
  readonly cluster?: string;
}

export const ON_ONE_SERVER: Layout = { rows: EVENTS, system: (table) => `system.${table}` };
