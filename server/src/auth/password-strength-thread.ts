/** The thread that estimates how easily a password is guessed; password-strength.ts starts it and asks one at a time. */
import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

export interface StrengthQuestion {
  readonly password: string;
  /** Words that a guesser of this password knows. */
  readonly known: readonly string[];
}

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
parentPort?.on('message', ({ password, known }: StrengthQuestion) => {
  parentPort?.postMessage(zxcvbn.check(password, [...known]).score);
});
