import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import type { Refresh } from './search.ts';

const MS: Readonly<Record<Refresh, number>> = { '30s': 30_000, '1min': 60_000, '5min': 300_000, '15min': 900_000 };

/** Refreshes all questions of the page together; pauses while the page is hidden, and refreshes at once when it is shown again. */
export function useRefresh(app: string, every: Refresh | undefined) {
  const client = useQueryClient();
  const [at, setAt] = useState(() => Date.now());
  const refresh = useCallback(async () => {
    await client.refetchQueries({ queryKey: ['answer', app], type: 'active' });
    setAt(Date.now());
  }, [client, app]);
  useEffect(() => {
    if (every === undefined) return;
    let last = Date.now();
    const turn = (): void => {
      if (document.hidden || Date.now() - last < MS[every] * 0.99) return;
      last = Date.now();
      void refresh();
    };
    const timer = setInterval(turn, MS[every]);
    document.addEventListener('visibilitychange', turn);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', turn);
    };
  }, [every, refresh]);
  return { at, refresh };
}
