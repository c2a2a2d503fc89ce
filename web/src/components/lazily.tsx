/** Parts of the dashboard that are loaded when they are needed, whatever happened to the server meanwhile. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { doesAnswer, serverBack } from '../api/away.ts';

/** The component that a script exports by this name. */
export type Exported<M, K extends keyof M> = M[K] extends ComponentType<infer P> ? ComponentType<P> : never;

/** A component of a script: rendered within `Suspense`. */
export const lazily = <M, K extends keyof M>(load: () => Promise<M>, name: K): LazyExoticComponent<Exported<M, K>> =>
  lazy(async () => ({ default: await loaded(load, name) }));

/**
 * Loads a component. While the server does not answer it waits; then the page goes on by itself. When the server answers but does not have the
 * script, another version was installed: the page is opened anew as soon as the component is shown, and not when it is only loaded ahead.
 */
export async function loaded<M, K extends keyof M>(load: () => Promise<M>, name: K): Promise<Exported<M, K>> {
  for (;;) {
    try {
      return (await load())[name] as Exported<M, K>;
    } catch (error) {
      if (await doesAnswer()) return (() => <Anew error={error} />) as unknown as Exported<M, K>;
      await serverBack();
    }
  }
}

/** Long enough for a page that was just opened anew to ask for the script again. */
const JUST_OPENED_MS = 20_000;

function Anew({ error }: { error: unknown }) {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  // Opening it anew again would not help.
  if (navigation?.type === 'reload' && performance.now() < JUST_OPENED_MS) throw error;
  location.reload();
  return null;
}
