import { SeismoError } from '../model/errors.ts';

/** zxcvbn's own bound for "safely unguessable": 10^8 guesses (Wheeler, USENIX Security 2016). */
const SCORE_MIN = 3;

type Estimate = (password: string, known: readonly string[]) => { readonly score: number };
let loading: Promise<Estimate> | undefined;

/** The lists take some 30 MB and are needed when a password is chosen, not to run. */
async function load(): Promise<Estimate> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  return (password, known) => zxcvbn.check(password, [...known]);
}

/**
 * Refuses what guessing programs try first: passwords of known breaches, and those made of repetitions, sequences, rows of keys, or the user's name.
 * Bounded by the 72 bytes that a password may have: under 100 ms.
 * @throws USER_INVALID
 */
export async function checkStrength(password: string, user: string): Promise<void> {
  loading ??= load();
  const { score } = (await loading)(password, ['seismo', 'admin', ...(user === '' ? [] : [user])]);
  if (score < SCORE_MIN)
    throw new SeismoError(
      'USER_INVALID',
      'The password is too easy to guess. Avoid common passwords, repetitions, sequences and your name; several unrelated words are good.',
      { field: 'password' },
    );
}
