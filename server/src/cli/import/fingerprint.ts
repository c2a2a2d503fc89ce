import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CommandFailure } from '../failure.ts';
import type { Format } from './formats.ts';
import { inflated } from './lines.ts';
import type { Mapping } from './mapping.ts';

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) yield chunk as Buffer;
}

/** Of the whole file and how it is read: the same file read differently is another import. */
export async function fingerprintOf(path: string, format: Format, mapping: Mapping): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify({ format, mapping }));
  for await (const chunk of chunksOf(path)) hash.update(chunk);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Reads the file once before anything is imported. Faults of the whole file are better reported now: a corrected file is
 * another file, and rows that were already imported without a uuid would count again.
 * @throws CommandFailure if gzip is incomplete or damaged, or a CSV is not UTF-8. Faults in lines of NDJSON are reported with their lines
 */
export async function checkWhole(path: string, format: Format): Promise<void> {
  if (format === 'parquet') return;
  const decoder = format === 'csv' ? new TextDecoder('utf-8', { fatal: true }) : undefined;
  let lines = 1;
  try {
    for await (const chunk of inflated(chunksOf(path))) {
      decoder?.decode(chunk, { stream: true });
      if (decoder) for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    }
    decoder?.decode();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new CommandFailure(
        `${path} is not UTF-8 (somewhere after line ${lines}). Convert it first, for example with \`iconv -f WINDOWS-1252 -t UTF-8\`.`,
      );
    if (code.startsWith('Z_'))
      throw new CommandFailure(`${path} is incomplete or damaged: ${(error as Error).message} (gzip).`);
    throw error;
  }
}
