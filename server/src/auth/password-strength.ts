import { Worker } from 'node:worker_threads';
import { SeismoError } from '../model/errors.ts';
import { SerialQueue } from '../system/serial-queue.ts';
import type { StrengthQuestion } from './password-strength-thread.ts';

/** zxcvbn's own bound for "safely unguessable": 10^8 guesses (Wheeler, USENIX Security 2016). */
const SCORE_MIN = 3;
/** The word lists take about 30 MB and are only needed when someone chooses a password. */
const IDLE_MS = 10_000;

const questions = new SerialQueue();
let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;

/**
 * Rejects what guessing programs try first: passwords from known breaches, repetitions, sequences, rows of keys, and the username.
 * Runs on a thread of its own: 72 bytes like `4@8({[<3` take up to 200 ms, and reading the lists takes as long.
 * @throws USER_INVALID
 */
export async function checkStrength(password: string, user: string): Promise<void> {
  const known = ['seismo', 'admin', ...(user === '' ? [] : [user])];
  const score = await questions.run(() => scoreOf({ password, known }));
  if (score < SCORE_MIN)
    throw new SeismoError(
      'USER_INVALID',
      '`password` is too easy to guess. Avoid common passwords, repetitions, sequences and the username. Several unrelated words work well.',
      { field: 'password' },
    );
}

async function scoreOf(question: StrengthQuestion): Promise<number> {
  clearTimeout(idle);
  const asked = thread ?? start();
  try {
    return await new Promise<number>((resolve, reject) => {
      asked.once('message', resolve).once('error', reject);
      asked.postMessage(question);
    });
  } finally {
    asked.removeAllListeners('message').removeAllListeners('error');
    idle = setTimeout(() => {
      thread = undefined;
      void asked.terminate();
    }, IDLE_MS);
    idle.unref();
  }
}

function start(): Worker {
  // Node 20 runs no TypeScript: under the tests the built file is started.
  const file = import.meta.url.endsWith('.ts')
    ? '../../dist/auth/password-strength-thread.js'
    : './password-strength-thread.js';
  thread = new Worker(new URL(file, import.meta.url));
  thread.once('exit', () => {
    thread = undefined;
  });
  thread.unref();
  return thread;
}
