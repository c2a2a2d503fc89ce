/** Separate from source.ts: the Parquet reader takes a while to load, and `--help` need not wait for it. */
export const FORMATS = ['ndjson', 'csv', 'parquet', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Vendors whose export files are supported. */
export const PRESETS = ['amplitude', 'mixpanel', 'posthog', 'segment', 'ga4', 'matomo', 'umami', 'plausible'] as const;
export type PresetName = (typeof PRESETS)[number];
