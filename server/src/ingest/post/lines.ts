import { SeismoError } from '../../model/errors.ts';

/** A line of NDJSON, or the error of one that is too long. */
export type Line = Buffer | SeismoError;

const NEWLINE = 10;
/** Maximum number of lines in a piece, however short. */
const PIECE_LINES = 8_192;
/** Bytes of a body that can be blank, or as many as its lines have: some senders write a line feed now and then to keep the connection open. */
const BLANK_MAX_BYTES = 1024 * 1024;

/**
 * Splits chunks into lines, in pieces of about `pieceBytes`. Blank lines are skipped. Holds at most one line, and no
 * more than `lineMaxBytes` of it: the rest of a longer one is skipped.
 * @throws BODY_TOO_LARGE if the body is mostly blank
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  lineMaxBytes: number,
  pieceBytes: number,
): AsyncGenerator<Line[]> {
  let lines: Line[] = [];
  let bytes = 0;
  let blankBytes = 0;
  let lineBytes = 0;
  /** The start of a line that has not ended yet. */
  let open: Buffer[] = [];
  let openBytes = 0;
  const end = (rest: Buffer): void => {
    const length = openBytes + rest.length;
    if (length > lineMaxBytes)
      lines.push(
        new SeismoError(
          'EVENT_TOO_LARGE',
          `The line has ${length} bytes; at most ${lineMaxBytes} are allowed (\`lineMaxBytes\`).`,
        ),
      );
    else {
      const line = open.length === 0 ? rest : Buffer.concat([...open, rest]);
      if (isBlank(line)) blankBytes += length + 1;
      else {
        lines.push(line);
        bytes += length;
        lineBytes += length;
      }
    }
    open = [];
    openBytes = 0;
  };
  for await (const piece of chunks) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (;;) {
      // Consecutive blank lines need not be examined one by one.
      if (openBytes === 0)
        while (chunk[start] === NEWLINE) {
          start++;
          blankBytes++;
        }
      if (blankBytes > Math.max(BLANK_MAX_BYTES, lineBytes)) throw tooBlank();
      const at = chunk.indexOf(NEWLINE, start);
      if (at < 0) break;
      end(chunk.subarray(start, at));
      start = at + 1;
      if (bytes >= pieceBytes || lines.length >= PIECE_LINES) {
        yield lines;
        lines = [];
        bytes = 0;
      }
    }
    const rest = chunk.subarray(start);
    // For a line that is already too long, only the length is kept.
    if (rest.length > 0 && openBytes <= lineMaxBytes) open.push(rest);
    openBytes += rest.length;
  }
  if (openBytes > 0) end(Buffer.alloc(0));
  if (lines.length > 0) yield lines;
}

const tooBlank = (): SeismoError =>
  new SeismoError(
    'BODY_TOO_LARGE',
    `The body has more than ${BLANK_MAX_BYTES} bytes of blank lines, and more of them than of events.`,
  );

export function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 32 && byte !== 13 && byte !== 9) return false;
  return true;
}
