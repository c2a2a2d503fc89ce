import { createCallStyle } from './call-style.ts';
import { type Client, createClientOn } from './client.ts';
import { sendByFetch } from './fetch-send.ts';
import type { ClientOptions } from './options.ts';
import type { Runtime } from './runtime.ts';

const encoder = new TextEncoder();

/** For runtimes that have only web APIs: `fetch`, `crypto`, `TextEncoder`, `CompressionStream`. */
const runtime: Runtime = {
  send: sendByFetch((url, init) => fetch(url, init)),
  gzip:
    typeof CompressionStream === 'undefined'
      ? undefined
      : async (text) => {
          const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
          return new Uint8Array(await new Response(stream).arrayBuffer());
        },
  random: (array) => crypto.getRandomValues(array),
  byteLength: (text) => encoder.encode(text).length,
};

/**
 * Creates a client of one app.
 * @throws TypeError when an option is not valid
 */
export function createClient(options: ClientOptions): Client {
  if (options.directory !== undefined)
    throw new TypeError('seismo-client: `directory` needs Node. Leave it out to keep events in memory.');
  return createClientOn(runtime, options);
}

/** The call style of the first Seismo's client. */
export const seismo = createCallStyle(createClient);
export default seismo;

export type * from './public-types.ts';
export { SeismoError } from './request-error.ts';
