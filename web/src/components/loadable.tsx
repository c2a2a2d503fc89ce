import { type ComponentProps, type ComponentType, lazy, useState } from 'react';
import { type Exported, loaded } from './lazily.tsx';

export interface Loadable {
  /** Fetches the script before it is needed. */
  preload(): void;
}

/**
 * A component loaded separately from its page: within `Suspense`. Unlike React's `lazy` (19.2) it does not suspend when the script
 * is loaded already; the fallback would stay for 300 ms then.
 */
export function loadable<M, K extends keyof M>(load: () => Promise<M>, name: K): Exported<M, K> & Loadable {
  type Props = ComponentProps<Exported<M, K>>;
  let known: ComponentType<Props> | undefined;
  const loading = async () => {
    known = (await loaded(load, name)) as ComponentType<Props>;
    return { default: known };
  };
  const Lazy = lazy(loading) as ComponentType<Props>;
  const choose = (): ComponentType<Props> => known ?? Lazy;
  return Object.assign(
    (props: Props) => <Chosen choose={choose as () => ComponentType<object>} props={props as object} />,
    {
      preload: () => void loading(),
    },
  ) as unknown as Exported<M, K> & Loadable;
}

/** The same component for as long as it is shown: another one would lose its state. */
function Chosen<P extends object>({ choose, props }: { choose: () => ComponentType<P>; props: P }) {
  const [Component] = useState<ComponentType<P>>(choose);
  return <Component {...props} />;
}
