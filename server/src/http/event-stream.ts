import type { ServerResponse } from 'node:http';
import type { SseStream } from '../live/live.ts';

/** A closed answer is cut off after this time if its client does not read the last bytes. */
const FAREWELL_MS = 1_000;

/** A response as the live module writes to it. @param begin sends the head, before the first bytes */
export function sseStreamOf(response: ServerResponse, begin: () => void): SseStream {
  let hasBegun = false;
  let drained = (): void => {};
  const taken = (): void => {
    if (response.writableLength === 0) drained();
  };
  return {
    get unsentBytes() {
      return hasBegun ? response.writableLength : 0;
    },
    write(text) {
      if (!hasBegun) {
        hasBegun = true;
        begin();
      }
      if (!response.writableEnded && !response.destroyed) response.write(text, taken);
    },
    onDrain(callback) {
      drained = callback;
    },
    onGone(gone) {
      response.once('close', gone);
      if (response.destroyed) gone();
    },
    end() {
      response.end();
      const late = setTimeout(() => response.destroy(), FAREWELL_MS);
      late.unref();
      response.once('close', () => clearTimeout(late));
    },
    destroy() {
      response.destroy();
    },
  };
}
