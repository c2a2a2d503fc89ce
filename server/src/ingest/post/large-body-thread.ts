/** The thread that reads large bodies, one after another. large-bodies.ts starts it and passes them on. */
import { parentPort, workerData } from 'node:worker_threads';
import { SeismoError } from '../../model/errors.ts';
import type { EventLimits } from '../accept/limits.ts';
import { type LargeBody, type Reason, readLargeBody, reasonOf } from './large-body.ts';

/** What the thread reports about a body. */
export type ThreadAnswer = { readonly body: LargeBody } | { readonly error: Reason } | { readonly bug: string };

const limits = workerData as EventLimits;

parentPort?.on('message', (bytes: Uint8Array<ArrayBuffer>) => {
  try {
    const body = readLargeBody(bytes, limits);
    const { starts, ends, faulty } = body;
    parentPort?.postMessage({ body } satisfies ThreadAnswer, [
      body.bytes.buffer,
      starts.buffer,
      ends.buffer,
      faulty.buffer,
    ]);
  } catch (error) {
    const answer: ThreadAnswer =
      error instanceof SeismoError
        ? { error: reasonOf(error) }
        : { bug: error instanceof Error ? `${error.stack}` : String(error) };
    parentPort?.postMessage(answer);
  }
});
