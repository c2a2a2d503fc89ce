import { type ComponentType, lazy, useState } from 'react';

export interface Loadable {
  /** Fetches the script before it is needed. A failure is told by who needs it. */
  preload(): void;
}

/**
 * A component whose script comes apart from its page's: within `Suspense`. Unlike `lazy` of React (19.2) it does not suspend when the script
 * is there already; the fallback would stay for 300 ms then.
 */
export function loadable<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> & Loadable {
  let loaded: ComponentType<P> | undefined;
  const loading = async () => {
    loaded = await load();
    return { default: loaded };
  };
  const Lazy = lazy(loading) as ComponentType<P>;
  const choose = (): ComponentType<P> => loaded ?? Lazy;
  return Object.assign((props: P) => <Chosen choose={choose} props={props} />, {
    preload: () => void loading().catch(() => undefined),
  });
}

/** The same for as long as it is shown: another one would begin anew. */
function Chosen<P extends object>({ choose, props }: { choose: () => ComponentType<P>; props: P }) {
  const [Component] = useState<ComponentType<P>>(choose);
  return <Component {...props} />;
}
