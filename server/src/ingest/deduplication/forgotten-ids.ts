import { decodeChecked, encodeChecked } from '../journal/checked-value.ts';
import {
  type AppFingerprints,
  areFingerprintsIntact,
  areForgottenFingerprintsIntact,
  decodeFingerprints,
  encodeFingerprints,
  encodeForgottenFingerprints,
  fingerprintsTimeOf,
  viewFingerprints,
} from '../journal/id-fingerprints.ts';
import type { JournalFile } from '../journal/journal-file.ts';
import type { Restored } from './id-window.ts';

/** Fingerprints of erased ids. They apply to what was journalled before, and to nothing that came later. */
export interface Forgotten {
  /** ms of the clock for ids. */
  readonly at: number;
  readonly apps: readonly AppFingerprints[];
}

/** As written for the next sequence number. Two erasures without an event in between share one. */
export function encodeForgotten({ forgotten }: JournalFile, nextSeq: number, { at, apps }: Forgotten): Buffer {
  const before = forgotten.get(nextSeq);
  return encodeForgottenFingerprints(nextSeq, at, [...(before ? decodeFingerprints(before).apps : []), ...apps]);
}

/** The ids that exist, and what was erased of them, in chronological order. Each one is valid until the next. */
export function* idsAndForgotten(file: JournalFile): Generator<{ key: number; value: Buffer; isForgotten: boolean }> {
  const { ids, forgotten } = file;
  const keys = [...forgotten.getKeys({})];
  const upTo = function* (end: number) {
    for (; keys.length > 0 && keys[0]! <= end; keys.shift()) {
      const key = keys[0]!;
      const value = forgotten.get(key);
      if (value && areForgottenFingerprintsIntact(key, value)) yield { key, value, isForgotten: true };
    }
  };
  for (const { key, value } of ids.getRange({})) {
    // Read again, because the value before shares its memory.
    const isErasedBefore = keys.length > 0 && keys[0]! <= key;
    if (isErasedBefore) yield* upTo(key);
    const own = isErasedBefore ? ids.get(key) : value;
    if (own) yield { key, value: own, isForgotten: false };
  }
  yield* upTo(Number.POSITIVE_INFINITY);
}

export const asRestored = (value: Buffer, isForgotten: boolean): Restored[] =>
  isForgotten ? viewFingerprints(value).map((view) => ({ ...view, isForgotten })) : viewFingerprints(value);

/** Sequence numbers that are older than all known ids. */
export const expiredForgotten = ({ forgotten }: JournalFile, beforeMs: number): number[] =>
  [...forgotten.getRange({})].filter(({ value }) => fingerprintsTimeOf(value) < beforeMs).map(({ key }) => key);

export function noteErasing({ erasing }: JournalFile, key: string, uuids: Buffer): void {
  erasing.put(key, encodeChecked(key, uuids.toString('base64')));
}

export const notedErasing = ({ erasing }: JournalFile): { key: string; value: Buffer }[] =>
  [...erasing.getRange({})].map(({ key, value }) => ({
    key,
    value: Buffer.from(String(decodeChecked(key, value) ?? ''), 'base64'),
  }));

/** Transactions with fingerprints of the app that came in `[fromMs, toMs)`, and what remains of them without. */
export function strippedFingerprints(
  { ids }: JournalFile,
  app: string,
  fromMs: number,
  toMs: number,
): { readonly key: number; readonly value: Buffer | undefined }[] {
  const changes: { key: number; value: Buffer | undefined }[] = [];
  for (const { key, value } of ids.getRange({})) {
    const at = fingerprintsTimeOf(value);
    if (at < fromMs || !areFingerprintsIntact(key, value)) continue;
    if (at >= toMs) break;
    const { apps } = decodeFingerprints(value);
    const kept = apps.filter((each) => each.app !== app);
    if (kept.length < apps.length)
      changes.push({ key, value: kept.length === 0 ? undefined : encodeFingerprints(key, at, kept) });
  }
  return changes;
}
