import type { AppSettings } from '../model/app-settings.ts';

/**
 * Small durable data beside the events: users, keys, sessions ended, apps' settings, in one LMDB file of its own.
 * Reads are synchronous from memory; a write resolves when it is on disk.
 */
export interface Registry {
  appSettings(app: string): AppSettings;
  /** Those of which anything is set. */
  appsWithSettings(): readonly string[];
  /** Fields given as null are removed. @returns what then holds */
  setAppSettings(
    app: string,
    changes: { readonly [K in keyof AppSettings]: AppSettings[K] | null },
  ): Promise<AppSettings>;
  /** Values of one kind (`users`, `keys`, …) by name. */
  get<T>(kind: string, name: string): T | undefined;
  list<T>(kind: string): readonly { readonly name: string; readonly value: T }[];
  put(kind: string, name: string, value: unknown): Promise<void>;
  remove(kind: string, name: string): Promise<boolean>;
  close(): Promise<void>;
}
