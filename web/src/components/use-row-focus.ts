import { type RefObject, useCallback, useRef } from 'react';

interface RowFocus {
  /** Focuses the button of a row, even of one that is not in the page yet. */
  focus(index: number): void;
  /** Moves the given number of rows down from the focused one; without one, to the first. */
  step(by: number): void;
}

/**
 * Moves through the rows of a virtual list by keys. A row in the page is focused at once: the next key may come within the same frame, and counts from
 * there.
 * @param list holds rows with `data-index`, each with a button
 */
export function useRowFocus(
  list: RefObject<HTMLElement | null>,
  count: number,
  scrollToIndex: (index: number) => void,
): RowFocus {
  /** Scrolled to, and not in the page yet. */
  const awaited = useRef<number>(undefined);
  const focus = useCallback(
    (index: number) => {
      const find = () => list.current?.querySelector<HTMLElement>(`[data-index="${index}"] button`);
      const take = (button: HTMLElement | null | undefined) => button?.focus({ preventScroll: true });
      scrollToIndex(index);
      const button = find();
      awaited.current = button ? undefined : index;
      if (button) take(button);
      else
        requestAnimationFrame(() => {
          if (awaited.current !== index) return;
          awaited.current = undefined;
          take(find());
        });
    },
    [list, scrollToIndex],
  );
  const step = useCallback(
    (by: number) => {
      const focused = document.activeElement?.closest('[data-index]')?.getAttribute('data-index');
      const at = awaited.current ?? (focused == null ? undefined : Number(focused));
      focus(Math.min(count - 1, Math.max(0, at === undefined ? 0 : at + by)));
    },
    [count, focus],
  );
  return { focus, step };
}
