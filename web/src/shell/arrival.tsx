import { VisuallyHidden } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

/** How long a page may take to set its title. */
const TITLE_MS = 100;

/**
 * After a navigation the focus moves to the content, and screen readers announce the page.
 * @param isBusy a dialog was opened while the page was loading: the focus stays there
 */
export function Arrival({ isBusy }: { isBusy: boolean }) {
  const router = useRouter();
  const [title, setTitle] = useState('');
  const busy = useRef(isBusy);
  busy.current = isBusy;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = router.subscribe('onRendered', ({ pathChanged, fromLocation }) => {
      if (!pathChanged || fromLocation === undefined) return;
      if (!busy.current) document.getElementById('content')?.focus({ preventScroll: true });
      clearTimeout(timer);
      timer = setTimeout(() => setTitle(document.title), TITLE_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [router]);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {title}
    </VisuallyHidden>
  );
}
