import { type RefCallback, useCallback, useState } from 'react';

/** How far below the viewport something is already requested, so that it is there when it is scrolled to. */
const AHEAD_PX = 300;

/** Whether an element has been near the viewport once: what nobody scrolls to requests nothing. */
export function useSeen(): { readonly ref: RefCallback<Element>; readonly seen: boolean } {
  const [seen, setSeen] = useState(false);
  const ref = useCallback((element: Element | null) => {
    if (element === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        setSeen(true);
        observer.disconnect();
      },
      { rootMargin: `${AHEAD_PX}px` },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, seen };
}
