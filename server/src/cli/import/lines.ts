import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A line longer than this is no line: it would be held in memory. */
const LINE_MAX_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 4 * 1024 * 1024;

/** Gzip is seen by its magic number, whatever the file is called. */
export async function* inflated(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await chunks.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value as Buffer;
    yield* chunks;
  }
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* all();
    return;
  }
  const source = Readable.from(all());
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
}

/** Lines that are not blank, as they are. */
export async function* lineRows(chunks: AsyncIterable<Buffer>, pieceRows: number): AsyncGenerator<Buffer[]> {
  let rows: Buffer[] = [];
  let bytes = 0;
  let open: Buffer[] = [];
  let openBytes = 0;
  const end = (rest: Buffer): void => {
    const line = open.length === 0 ? rest : Buffer.concat([...open, rest]);
    open = [];
    openBytes = 0;
    if (isBlank(line)) return;
    rows.push(line);
    bytes += line.length;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      end(chunk.subarray(start, at));
      start = at + 1;
      if (rows.length < pieceRows && bytes < PIECE_BYTES) continue;
      yield rows;
      rows = [];
      bytes = 0;
    }
    open.push(chunk.subarray(start));
    openBytes += chunk.length - start;
    if (openBytes > LINE_MAX_BYTES) throw new Error(`A line is longer than ${LINE_MAX_BYTES} bytes; is this NDJSON?`);
  }
  end(Buffer.alloc(0));
  if (rows.length > 0) yield rows;
}

/** As the server sees it, which counts rows by lines that are not blank. */
function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 32 && byte !== 13 && byte !== 9) return false;
  return true;
}
