import { useDeferredValue } from 'react';

/** False at the first render, true soon after: less important parts do not delay the main ones. */
export const useLater = (): boolean => useDeferredValue(true, false);
