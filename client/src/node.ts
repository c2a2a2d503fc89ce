import { webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createCallStyle } from './call-style.ts';
import { type Client, createClientOn } from './client.ts';
import { openDiskKeeper } from './node/disk-keeper.ts';
import { createHttpSend } from './node/http-send.ts';
import type { ClientOptions } from './options.ts';
import type { Runtime } from './runtime.ts';
import type { Random } from './uuid.ts';

const compress = promisify<Buffer, { level: number }, Buffer>(gzip);
/** Events compress nearly as well at the fastest level, in a quarter of the time. */
const LEVEL = 1;
/** Fetched in one piece: random bytes for a single event cost 12 µs, most of it for the call. */
const CHANCE_LENGTH = 2_048;
/** Made with the first client and shared by all of them. */
let runtime: Runtime | undefined;

const createRuntime = (): Runtime => ({
  send: createHttpSend(),
  gzip: (text) => compress(Buffer.from(text), { level: LEVEL }),
  random: createRandom(),
  byteLength: (text) => Buffer.byteLength(text),
});

function createRandom(): Random {
  const pool = new Uint16Array(CHANCE_LENGTH);
  let at = pool.length;
  return (array) => {
    if (at + array.length > pool.length) {
      webcrypto.getRandomValues(pool);
      at = 0;
    }
    for (let i = 0; i < array.length; i++) array[i] = pool[at++]!;
    return array;
  };
}

/**
 * Creates a client of one app.
 * @throws TypeError when an option is not valid, Error when `directory` cannot be used
 */
export function createClient(options: ClientOptions): Client {
  runtime ??= createRuntime();
  const { directory } = options;
  return createClientOn(
    runtime,
    options,
    directory === undefined ? undefined : (onFault) => openDiskKeeper({ directory, onFault }),
  );
}

/** The call style of the first Seismo's client. */
export const seismo = createCallStyle(createClient);
export default seismo;

export type * from './public-types.ts';
export { SeismoError } from './request-error.ts';
