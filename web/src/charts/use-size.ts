import { type RefObject, useLayoutEffect, useState } from 'react';

export interface Size {
  readonly width: number;
  readonly height: number;
}
const UNKNOWN: Size = { width: 0, height: 0 };

/** The size of an element, known before its first paint: the page's first frame already includes what is drawn into it. */
export function useSize(ref: RefObject<HTMLElement | null>, isThere: boolean): Size {
  const [size, setSize] = useState(UNKNOWN);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!isThere || element === null) return;
    const measure = ({ width, height }: Size): void =>
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    measure({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(([entry]) => entry && measure(entry.contentRect));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, isThere]);
  return size;
}
