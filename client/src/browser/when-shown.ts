/** Runs now, or for a prerendered page, which may never be seen, once it is shown. */
export function whenShown(callback: () => void): void {
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', callback, { once: true });
  else callback();
}

/** When the browser began to load what is shown, in ms of `performance.now()`: above 0 for a prerendered page. */
export const activatedAt = (): number =>
  (
    performance.getEntriesByType('navigation')[0] as
      | (PerformanceNavigationTiming & { readonly activationStart?: number })
      | undefined
  )?.activationStart ?? 0;
