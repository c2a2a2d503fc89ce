import { useCallback, useEffect, useRef, useState } from 'react';

const SCHEME = 'data-mantine-color-scheme';

/** Full screen for a wall display: dark, and only the content of `ref`. The reader's own colours come back with the page. */
export function useWall() {
  const ref = useRef<HTMLDivElement>(null);
  const [isWall, setWall] = useState(false);
  useEffect(() => {
    const changed = (): void => setWall(ref.current !== null && document.fullscreenElement === ref.current);
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);
  useEffect(() => {
    if (!isWall) return;
    const root = document.documentElement;
    const before = root.getAttribute(SCHEME);
    root.setAttribute(SCHEME, 'dark');
    return () => {
      if (before !== null) root.setAttribute(SCHEME, before);
    };
  }, [isWall]);
  const toggle = useCallback(() => {
    // If the browser denies it, nothing changes.
    const done = document.fullscreenElement ? document.exitFullscreen() : ref.current?.requestFullscreen();
    void done?.catch(() => setWall(false));
  }, []);
  return { ref, isWall, toggle };
}
