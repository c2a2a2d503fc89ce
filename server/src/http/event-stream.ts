import type { ServerResponse } from 'node:http';
import type { SseStream } from '../live/live.ts';

/** An answer that has been sent away is cut when its reader does not take the last words. */
const FAREWELL_MS = 1_000;

/** A response as the live room writes to it. @param begin sends the head, before the first word */
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
