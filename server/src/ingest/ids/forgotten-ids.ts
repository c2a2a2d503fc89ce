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

/** Fingerprints of erased ids: they hold for what was journalled before, and for nothing that came later. */
export interface Forgotten {
  /** ms of the ids' clock. */
  readonly at: number;
  readonly apps: readonly AppFingerprints[];
}

/** As they are written for the sequence number that comes next; two erasures with no event in between share one. */
export function encodeForgotten({ forgotten }: JournalFile, nextSeq: number, { at, apps }: Forgotten): Buffer {
  const before = forgotten.get(nextSeq);
  return encodeForgottenFingerprints(nextSeq, at, [...(before ? decodeFingerprints(before).apps : []), ...apps]);
}

/** What ids there are and what was erased of them, in order of time. Each is good until the next. */
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
    // Read anew: the value before it shares its memory.
    const isErasedBefore = keys.length > 0 && keys[0]! <= key;
    if (isErasedBefore) yield* upTo(key);
    const own = isErasedBefore ? ids.get(key) : value;
    if (own) yield { key, value: own, isForgotten: false };
  }
  yield* upTo(Number.POSITIVE_INFINITY);
}

export const asRestored = (value: Buffer, isForgotten: boolean): Restored[] =>
  isForgotten ? viewFingerprints(value).map((view) => ({ ...view, isForgotten })) : viewFingerprints(value);

/** Sequence numbers of what is older than all ids that are known. */
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

/** Transactions with fingerprints of the app that came in `[fromMs, toMs)`, and what is left of them without. */
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
