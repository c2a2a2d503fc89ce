import { createCallStyle } from './call-style.ts';
import { type Client, createClientOn } from './client.ts';
import { sendByFetch } from './fetch-send.ts';
import type { ClientOptions } from './options.ts';
import type { Runtime } from './runtime.ts';

const encoder = new TextEncoder();

/** For runtimes that have the web's interfaces and no other: `fetch`, `crypto`, `TextEncoder`, `CompressionStream`. */
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
 * A client of one app.
 * @throws TypeError when an option is not usable
 */
export function createClient(options: ClientOptions): Client {
  if (options.directory !== undefined)
    throw new TypeError('seismo-client: directory needs Node; leave it out to hold events in memory.');
  return createClientOn(runtime, options);
}

/** The call style of the first Seismo's client. */
export const seismo = createCallStyle(createClient);
export default seismo;

export type * from './public-types.ts';
export { SeismoError } from './request-error.ts';
