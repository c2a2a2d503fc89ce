/** Requests for admins only (docs/api-reference.md); the OpenAPI types of these routes are not among the generated ones. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/http.ts';
import type { Operations } from '../../api/wire.ts';

export interface Key {
  readonly id: string;
  readonly app: string;
  readonly scope: 'write' | 'read';
  readonly origins?: readonly string[];
  readonly eventsPerSecond?: number;
  /** For a program that runs on a server; see docs/api-reference.md, What a public key can do. */
  readonly trusted?: boolean;
  readonly createdAt: string;
  /** To the minute; absent when it was never used. */
  readonly lastUsedAt?: string;
}
export interface MadeKey extends Key {
  readonly key: string;
}
export interface User {
  readonly name: string;
  readonly role: 'admin' | 'viewer';
  readonly source: string;
}
export interface Stats {
  readonly version: string;
  readonly startedAt: string;
  readonly ingest: {
    readonly accepted: number;
    readonly duplicates: number;
    readonly rejected: Readonly<Record<string, number>>;
    readonly journalBytes: number;
    readonly journalEvents: number;
    readonly lagMs: number;
    readonly setAside: number;
    readonly state: string;
    /** With the setting `archive`. */
    readonly archive?: { readonly events: number; readonly state: string; readonly lastFailure?: string };
    readonly rebuild?: { readonly state: string; readonly done: number; readonly events?: number };
  };
  readonly store: {
    readonly events: number;
    readonly bytesOnDisk: number;
    readonly memoryBytes: number;
    readonly version: string;
  } | null;
  readonly apps: readonly { readonly app: string; readonly events: number; readonly bytesOnDisk: number }[] | null;
  readonly memoryBytes: number;
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number };
}

export const REFRESH_MS = 5_000;

export const appPath = (app: string, ...rest: readonly string[]): string =>
  ['api/apps', ...[app, ...rest].map(encodeURIComponent)].join('/');

export const settingsQuery = (app: string) =>
  queryOptions({
    queryKey: ['settings', app],
    queryFn: ({ signal }) => api<Operations['getApiAppsApp']['answer']>(appPath(app), { signal }),
  });
export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => api<readonly Key[]>('api/keys', { signal }),
});
export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: ({ signal }) => api<readonly User[]>('api/users', { signal }),
});
export const statsQuery = queryOptions({
  queryKey: ['stats'],
  queryFn: ({ signal }) => api<Stats>('api/stats', { signal }),
  refetchInterval: REFRESH_MS,
});
