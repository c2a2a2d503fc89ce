import { SeismoError } from '../errors.ts';

/** A line of NDJSON, or the refusal of one that is longer than allowed. */
export type Line = Buffer | SeismoError;

const NEWLINE = 10;

/**
 * Cuts chunks into lines, in pieces of at most `pieceBytes` or so; blank lines are left out. Holds one line at most, and no
 * more than `lineMaxBytes` of it: the rest of a longer one is skipped.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  lineMaxBytes: number,
  pieceBytes: number,
): AsyncGenerator<Line[]> {
  let lines: Line[] = [];
  let bytes = 0;
  /** The beginning of a line that has not ended yet. */
  let open: Buffer[] = [];
  let openBytes = 0;
  const end = (rest: Buffer): void => {
    const length = openBytes + rest.length;
    if (length > lineMaxBytes)
      lines.push(
        new SeismoError('EVENT_TOO_LARGE', `The line has ${length} bytes, more than ${lineMaxBytes} (lineMaxBytes).`),
      );
    else {
      const line = open.length === 0 ? rest : Buffer.concat([...open, rest]);
      if (!isBlank(line)) {
        lines.push(line);
        bytes += line.length;
      }
    }
    open = [];
    openBytes = 0;
  };
  for await (const piece of chunks) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      end(chunk.subarray(start, at));
      start = at + 1;
      if (bytes >= pieceBytes) {
        yield lines;
        lines = [];
        bytes = 0;
      }
    }
    const rest = chunk.subarray(start);
    // Of a line that is too long already, only the length is kept.
    if (rest.length > 0 && openBytes <= lineMaxBytes) open.push(rest);
    openBytes += rest.length;
  }
  if (openBytes > 0) end(Buffer.alloc(0));
  if (lines.length > 0) yield lines;
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 32 && byte !== 13 && byte !== 9) return false;
  return true;
}
