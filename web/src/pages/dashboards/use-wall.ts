import { useCallback, useEffect, useRef, useState } from 'react';

const SCHEME = 'data-mantine-color-scheme';

/** Full screen for a display on a wall: dark, and only what stands inside `ref`. The reader's own colours come back with the page. */
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
    // A browser may refuse, then all stays as it is.
    const done = document.fullscreenElement ? document.exitFullscreen() : ref.current?.requestFullscreen();
    void done?.catch(() => setWall(false));
  }, []);
  return { ref, isWall, toggle };
}
