import { useDeferredValue } from 'react';

/** False when something is drawn first, true soon after: what may come second does not keep what is looked at waiting. */
export const useLater = (): boolean => useDeferredValue(true, false);
