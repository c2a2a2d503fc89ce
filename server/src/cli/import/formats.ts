/** Apart from source.ts: what reads Parquet takes a while to load, and `--help` need not wait for it. */
export const FORMATS = ['ndjson', 'csv', 'parquet', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Whose own export files are understood. */
export const PRESETS = ['amplitude', 'mixpanel', 'posthog', 'segment', 'ga4', 'matomo', 'umami', 'plausible'] as const;
export type PresetName = (typeof PRESETS)[number];
