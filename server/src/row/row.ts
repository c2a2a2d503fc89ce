import type { StoredEvent } from '../model/event.ts';
import { dataOf, type PropertyMaps } from './shape.ts';

/**
 * The row: one event in ClickHouse's RowBinary, encoded once when it is accepted, stored like this in the journal and sent like this to the engine.
 * The first 70 bytes have fixed positions, so that the loader can overwrite what only it knows (seq, journal, day, zone).
 *
 * | offset | bytes | column |
 * |---|---|---|
 * | 0 | 8 | seq UInt64 |
 * | 8 | 16 | journal UUID |
 * | 24 | 8 | timestamp, Int64 UTC ms |
 * | 32 | 8 | receivedAt, Int64 UTC ms |
 * | 40 | 8 | clientTimestamp, Int64 UTC ms, -1 when absent |
 * | 48 | 2 | day, UInt16 days since 1970 in the app's time zone |
 * | 50 | 4 | zone, UInt32: which zone that was (`zoneHash` of its name) |
 * | 54 | 16 | uuid |
 * | 70 | … | app, id, event, user, device, session, shape, data (each varint length and UTF-8), then the maps texts, numbers, others |
 *
 * `data` is not stored twice: `shape` (shape.ts) says how to rebuild it from the maps. Only data that is not completely
 * in the maps is kept as text, with an empty shape. `texts` never contains an empty string and `numbers` no zero: these are in
 * `others`, as JSON, so that a property is present exactly if one of the maps returns something else than its default.
 */
export const ROW_VERSION = 2;
export const ROW_COLUMNS = [
  'seq',
  'journal',
  'timestamp',
  'receivedAt',
  'clientTimestamp',
  'day',
  'zone',
  'uuid',
  'app',
  'id',
  'event',
  'user',
  'device',
  'session',
  'shape',
  'data',
  'texts',
  'numbers',
  'others',
] as const;
export const ROW_OFFSET = {
  seq: 0,
  journal: 8,
  timestamp: 24,
  receivedAt: 32,
  clientTimestamp: 40,
  day: 48,
  zone: 50,
  uuid: 54,
  texts: 70,
} as const;

/** FNV-1a of the zone's name, 32 bits: identifies rows whose `day` is in another time zone. */
export function zoneHash(timeZone: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < timeZone.length; i++) hash = Math.imul(hash ^ timeZone.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A UUID in the byte order of RowBinary (each 64-bit half little-endian) → its text. */
export function uuidToText(bytes: Uint8Array, offset: number): string {
  const b = (at: number) => HEX[bytes[offset + at]!]!;
  return `${b(7)}${b(6)}${b(5)}${b(4)}-${b(3)}${b(2)}-${b(1)}${b(0)}-${b(15)}${b(14)}-${b(13)}${b(12)}${b(11)}${b(10)}${b(9)}${b(8)}`;
}

/** The canonical text of a UUID → 16 bytes in the order of RowBinary. The text must be valid. */
export function writeUuid(text: string, target: Uint8Array, offset: number): void {
  const hex = text.replaceAll('-', '');
  for (let i = 0; i < 8; i++) target[offset + 7 - i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  for (let i = 0; i < 8; i++) target[offset + 15 - i] = Number.parseInt(hex.slice(16 + i * 2, 18 + i * 2), 16);
}

/** Decodes one row at `offset`. */
export function decodeRow(bytes: Buffer, offset: number): StoredEvent {
  let at = offset + ROW_OFFSET.texts;
  const varint = (): number => {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    return value;
  };
  const text = (): string => {
    const length = varint();
    // Written as valid UTF-8 (row-writer.ts). A TextDecoder takes three times as long for such short texts.
    const value = bytes.toString('utf8', at, at + length);
    at += length;
    return value;
  };
  const float = (): number => {
    at += 8;
    return bytes.readDoubleLE(at - 8);
  };
  const clientTimestamp = Number(bytes.readBigInt64LE(offset + ROW_OFFSET.clientTimestamp));
  const app = text();
  const id = text();
  const event = text();
  const user = text();
  const device = text();
  const session = text();
  const shape = text();
  const data = text();
  const dataText = shape === '' ? data : dataOf(shape, mapsAt(varint, text, float));
  return {
    uuid: uuidToText(bytes, offset + ROW_OFFSET.uuid),
    app,
    id,
    event,
    timestamp: Number(bytes.readBigInt64LE(offset + ROW_OFFSET.timestamp)),
    receivedAt: Number(bytes.readBigInt64LE(offset + ROW_OFFSET.receivedAt)),
    ...(clientTimestamp >= 0 && { clientTimestamp }),
    ...(user !== '' && { user }),
    ...(device !== '' && { device }),
    ...(session !== '' && { session }),
    ...(dataText !== '' && { dataText }),
  };
}

/** Where the row at `offset` ends. */
export function rowEnd(bytes: Buffer, offset: number): number {
  let at = offset + ROW_OFFSET.texts;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const skipText = (): void => {
    const length = varint();
    at += length;
  };
  const skipFloat = (): void => {
    at += 8;
  };
  for (let i = 0; i < TEXTS; i++) skipText();
  for (const skipValue of [skipText, skipFloat, skipText])
    for (let left = varint(); left > 0; left--) {
      skipText();
      skipValue();
    }
  return at;
}

/** From `app` to `data`. */
const TEXTS = 8;

/** The three maps, read in their order. */
function mapsAt(varint: () => number, text: () => string, float: () => number): PropertyMaps {
  const read = <T>(value: () => T): Map<string, T> => {
    const map = new Map<string, T>();
    for (let left = varint(); left > 0; left--) map.set(text(), value());
    return map;
  };
  return { texts: read(text), numbers: read(float), others: read(text) };
}
