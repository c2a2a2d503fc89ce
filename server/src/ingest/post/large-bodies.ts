import { Worker } from 'node:worker_threads';
import { SeismoError } from '../../model/errors.ts';
import { SerialQueue } from '../../system/serial-queue.ts';
import type { EventLimits } from '../accept/limits.ts';
import { errorOf, type LargeBody } from './large-body.ts';
import type { ThreadAnswer } from './large-body-thread.ts';

/** An idle thread ends, which releases the memory of a large body. */
const IDLE_MS = 10_000;
const MIB = 1024 * 1024;
/** The memory of the thread: the densest body that `valuesMax` allows takes twenty times its size. */
const HEAP_MIB = 256;
const HEAP_FACTOR = 40;

/**
 * Reads large bodies on a thread of its own, one at a time, so that only other large bodies wait. The thread starts with the first of them.
 */
export class LargeBodies {
  readonly #limits: EventLimits;
  #thread: Worker | undefined;
  readonly #queue = new SerialQueue();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #heapMaxMib: number;

  constructor(limits: EventLimits, heapMaxMib = HEAP_MIB + HEAP_FACTOR * Math.ceil(limits.bodyMaxBytes / MIB)) {
    this.#heapMaxMib = heapMaxMib;
    // The thread gets only what it needs.
    const { bodyMaxBytes, eventMaxBytes, eventNameMaxLength, userMaxLength, uuidMaxLength } = limits;
    const { propertiesMax, dataDepthMax, propertyNameMaxLength, lineMaxBytes, batchEventsMax } = limits;
    this.#limits = {
      ...{ bodyMaxBytes, eventMaxBytes, eventNameMaxLength, userMaxLength, uuidMaxLength },
      ...{ propertiesMax, dataDepthMax, propertyNameMaxLength, lineMaxBytes, batchEventsMax },
    };
  }

  /**
   * @param bytes belong to the thread from now on: the buffer is empty afterwards
   * @throws what readLargeBody throws, and SERVER_BUSY if the thread did not survive the body
   */
  async read(bytes: Buffer): Promise<LargeBody> {
    this.#waiting++;
    try {
      const said = await this.#queue.run(() => this.#ask(bytes));
      if ('body' in said) return said.body;
      if ('error' in said) throw errorOf(said.error);
      throw new SeismoError('BUG', 'Something went wrong in the server.', { cause: new Error(said.bug) });
    } finally {
      if (--this.#waiting === 0) this.#endLater();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#queue.settled();
    await this.#end();
  }

  async #ask(bytes: Buffer): Promise<ThreadAnswer> {
    clearTimeout(this.#idle);
    const thread = this.#thread ?? this.#start();
    const own = ownBytes(bytes);
    return await new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        thread.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
        finish();
      };
      const onMessage = (answer: ThreadAnswer): void => settle(() => resolve(answer));
      // Most likely it ran out of memory. The next body gets a new thread.
      const onEnd = (cause: unknown): void => {
        if (this.#thread === thread) this.#thread = undefined;
        const detail = 'The body was more than the server could read; nothing of it was stored. Send smaller ones.';
        settle(() => reject(new SeismoError('SERVER_BUSY', detail, { cause })));
      };
      thread.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
      thread.postMessage(own, [own.buffer]);
    });
  }

  #start(): Worker {
    const thread = new Worker(threadFile(), {
      workerData: this.#limits,
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMaxMib },
    });
    thread.unref();
    this.#thread = thread;
    return thread;
  }

  #endLater(): void {
    this.#idle = setTimeout(() => void this.#end(), IDLE_MS);
    this.#idle.unref();
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }
}

/** Bytes with memory of their own, which can be transferred. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength === length) return new Uint8Array(buffer);
  return Uint8Array.from(bytes);
}

function threadFile(): URL {
  // Node 20 does not run TypeScript, so tests start the built file.
  return import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/ingest/post/large-body-thread.js', import.meta.url)
    : new URL('./large-body-thread.js', import.meta.url);
}
