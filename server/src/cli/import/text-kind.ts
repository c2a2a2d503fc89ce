import { isUtf8 } from 'node:buffer';

/** The first bytes of files that are often given by mistake. */
const KINDS: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'it is a zip archive or a spreadsheet (.xlsx). Unpack it, or save the sheet as CSV.'],
  ['\x28\xb5\x2f\xfd', 'it is compressed with zstd. Unpack it first with `zstd -d`.'],
  ['BZh', 'it is compressed with bzip2. Unpack it first with `bunzip2`.'],
  ['\xfd7zXZ', 'it is compressed with xz. Unpack it first with `unxz`.'],
  ['PARE', 'it is encrypted Parquet. Write it without encryption.'],
  ['Obj\x01', 'it is Avro. Export it as NDJSON, CSV or Parquet.'],
  ['ORC', 'it is ORC. Export it as NDJSON, CSV or Parquet.'],
];
const UTF16 = 'it is UTF-16. Convert it first with `iconv -f UTF-16 -t UTF-8`.';
/** In UTF-16 every second byte of Latin text is 0. UTF-8 text can contain a few U+0000. */
const ZEROS_SHARE = 0.2;

/** @returns what a file is if it can't be read as text, and what to do. Undefined if its beginning may be text */
export function unreadableKind(head: Buffer): string | undefined {
  const start = head.toString('latin1', 0, 8);
  if (start.startsWith('\xff\xfe') || start.startsWith('\xfe\xff')) return UTF16;
  const known = KINDS.find(([magic]) => start.startsWith(magic));
  // Text may begin like that, but then it is valid throughout.
  if (known !== undefined && (head.includes(0) || !isUtf8(withoutLastCharacter(head)))) return known[1];
  if (!head.includes(0)) return undefined;
  const zeros = head.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0);
  if (zeros > head.length * ZEROS_SHARE) return UTF16;
  return isUtf8(withoutLastCharacter(head)) ? undefined : 'it is binary.';
}

/** The head of a file may end within a character. */
function withoutLastCharacter(head: Buffer): Buffer {
  let end = head.length;
  for (let back = 1; back <= Math.min(4, head.length); back++)
    if ((head[head.length - back]! & 0xc0) !== 0x80) {
      if (head[head.length - back]! >= 0xc0) end = head.length - back;
      break;
    }
  return head.subarray(0, end);
}
