import { useEffect, useState } from 'react';

const MINUTE_MS = 60_000;

/** The time at the beginning of the minute; advances while the page is visible, and at once when it becomes visible again. */
export function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = (): void => {
      if (document.visibilityState === 'visible')
        setNow((then) => (Math.floor(Date.now() / MINUTE_MS) > Math.floor(then / MINUTE_MS) ? Date.now() : then));
    };
    const timer = setInterval(tick, MINUTE_MS / 12);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, []);
  return now;
}
