/** Keyboard shortcuts, listed by `?`. A page adds its own while it is shown. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';

export interface Shortcut {
  /** One key, or two in a row: `g o`. `mod` is Command on a Mac, Control elsewhere. */
  readonly keys: string;
  readonly label: string;
  /** Of the shell: works on every page. */
  readonly isEverywhere?: boolean;
  run(): void;
}

interface Registry {
  readonly shown: readonly Shortcut[];
  add(shortcuts: readonly Shortcut[]): () => void;
}
const Context = createContext<Registry | undefined>(undefined);

/** How long the second of two keys may take, in ms. */
const SEQUENCE_MS = 1_000;

/** Typing into a field is no shortcut. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** A focused button uses these two keys itself. */
const isPressing = (target: EventTarget | null, key: string): boolean =>
  (key === ' ' || key === 'Enter') &&
  target instanceof Element &&
  target.closest(
    'button, a, summary, [role="tab"], [role="menuitem"], [role="option"], [role="radio"], [role="slider"]',
  ) !== null;

export function ShortcutsProvider({ children }: { children: ReactNode }) {
  const [lists, setLists] = useState<readonly (readonly Shortcut[])[]>([]);
  const shown = useMemo(() => lists.flat(), [lists]);
  const current = useRef(shown);
  current.current = shown;
  const add = useRef((shortcuts: readonly Shortcut[]) => {
    setLists((known) => [...known, shortcuts]);
    return () => setLists((known) => known.filter((list) => list !== shortcuts));
  });

  useEffect(() => {
    let before: { key: string; at: number } | undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || isPressing(event.target, event.key)) return;
      const isMod = event.metaKey || event.ctrlKey;
      // With Command or Control nobody types text.
      if (!isMod && isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]') !== null) return;
      const key = `${isMod ? 'mod+' : ''}${event.key}`;
      const pair = before && event.timeStamp - before.at < SEQUENCE_MS ? `${before.key} ${key}` : undefined;
      // Two keys win over one, and the page's shortcuts over the shell's.
      const withKeys = (wanted: string) => current.current.findLast(({ keys }) => keys === wanted);
      const found = (pair !== undefined && withKeys(pair)) || withKeys(key);
      before = { key, at: event.timeStamp };
      if (!found) return;
      before = undefined;
      event.preventDefault();
      found.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  const registry = useMemo(() => ({ shown, add: add.current }), [shown]);
  return <Context.Provider value={registry}>{children}</Context.Provider>;
}

function useRegistry(): Registry {
  const registry = useContext(Context);
  if (!registry) throw new Error('BUG: shortcuts outside of ShortcutsProvider.');
  return registry;
}

/** @param shortcuts must stay the same object while nothing changes (`useMemo`) */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const { add } = useRegistry();
  useEffect(() => add(shortcuts), [add, shortcuts]);
}

export const useAllShortcuts = (): readonly Shortcut[] => useRegistry().shown;
