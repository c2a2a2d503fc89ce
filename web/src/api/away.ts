/** Whether the server answers: it is away once a request or a script got no answer, until it answers again. */
import { ask, UnreachableError } from './http.ts';

const AGAIN_MS = 2_000;

let isAway = false;
const listeners = new Set<() => void>();
const waiting = new Set<() => void>();

export const isServerAway = (): boolean => isAway;

/** @returns a function that ends it */
export function onServerAway(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** From here on the server is asked every few seconds whether it is back. */
export function reportAway(): void {
  if (isAway) return;
  isAway = true;
  for (const changed of listeners) changed();
  const timer = setInterval(async () => {
    if (!isAway || !(await doesAnswer())) return;
    clearInterval(timer);
    isAway = false;
    for (const done of waiting) done();
    waiting.clear();
    for (const changed of listeners) changed();
  }, AGAIN_MS);
}

/** Resolves once the server answers again; at once if it does now. */
export async function serverBack(): Promise<void> {
  if (await doesAnswer()) return;
  reportAway();
  await new Promise<void>((done) => waiting.add(done));
}

export async function doesAnswer(): Promise<boolean> {
  try {
    await ask('health');
  } catch (error) {
    return !(error instanceof UnreachableError);
  }
  return true;
}
