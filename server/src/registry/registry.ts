import type { AppSettings } from '../model/app-settings.ts';

/**
 * Small durable data besides the events: users, keys, ended sessions and app settings, in an LMDB file of their own.
 * Reads are synchronous, from memory. A write resolves when it is on disk.
 */
export interface Registry {
  appSettings(app: string): AppSettings;
  /** The apps with any settings. */
  appsWithSettings(): readonly string[];
  /** Fields that are null are removed. @returns the settings afterwards */
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
