// After `vite build`: writes the compressed files that the server sends, made once and as small as they get.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const OUT = fileURLToPath(new URL('../../server/dist/web', import.meta.url));
/** Formats that are already compressed would only grow. */
const TEXTS = /\.(?:js|css|html|svg|json|webmanifest|txt)$/;
/** A smaller file fits into one network packet as it is. */
const BYTES_MIN = 1_000;

/** @param {string} folder the build; compressed files of an earlier build are removed */
export function compress(folder) {
  let files = 0;
  let plain = 0;
  let brotli = 0;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((name) => /\.(?:br|gz)$/.test(name))) rmSync(join(folder, name));
  for (const name of names) {
    const path = join(folder, name);
    if (name.startsWith('.') || !TEXTS.test(name) || statSync(path).size < BYTES_MIN) continue;
    const content = readFileSync(path);
    const small = brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      },
    });
    writeFileSync(`${path}.br`, small);
    writeFileSync(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
    files++;
    plain += content.length;
    brotli += small.length;
  }
  return { files, plain, brotli };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, plain, brotli } = compress(process.argv[2] ?? OUT);
  console.log(`${files} files: ${plain} bytes, ${brotli} as Brotli`);
}
