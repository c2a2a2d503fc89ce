/** Apart from source.ts: what reads Parquet takes a while to load, and `--help` need not wait for it. */
export const FORMATS = ['ndjson', 'csv', 'parquet', 'json'] as const;
export type Format = (typeof FORMATS)[number];
