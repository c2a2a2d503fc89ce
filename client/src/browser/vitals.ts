import type { Page } from './page.ts';

/** What of the entries is used, beyond what TypeScript knows. */
interface Entry extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly interactionId?: number;
}

/**
 * Core Web Vitals as web.dev defines them, each an event when the page is left: LCP, INP (the 98th percentile of interactions),
 * CLS (the worst window of shifts at most a second apart, five seconds at most), TTFB. In ms, CLS as it is.
 */
export function trackVitals({ track }: Page): void {
  const values: Record<string, number> = {};
  const path = location.pathname;
  const navigation = performance.getEntriesByType('navigation')[0] as
    | (PerformanceNavigationTiming & { readonly activationStart?: number })
    | undefined;
  if (!navigation) return;
  // Of a page rendered ahead, time counts from when it was shown.
  const start = navigation.activationStart ?? 0;
  const since = (ms: number): number => Math.max(0, ms - start);
  if (navigation.responseStart > 0) values['TTFB'] = since(navigation.responseStart);

  const flushes: (() => void)[] = [];
  function observe(type: string, each: (entry: Entry) => void): void {
    const observer = new PerformanceObserver((list) => (list.getEntries() as Entry[]).forEach(each));
    try {
      observer.observe({ type, buffered: true, durationThreshold: 40 } as PerformanceObserverInit);
      flushes.push(() => (observer.takeRecords() as Entry[]).forEach(each));
    } catch {
      // This browser does not measure it.
    }
  }

  let interacted = false;
  observe('largest-contentful-paint', ({ startTime }) => {
    if (!interacted) values['LCP'] = since(startTime);
  });
  for (const type of ['keydown', 'click'])
    addEventListener(
      type,
      () => {
        interacted = true;
      },
      { once: true, capture: true },
    );

  let windowSum = 0;
  let windowStart = 0;
  let lastShift = 0;
  observe('layout-shift', ({ startTime, value, hadRecentInput }) => {
    if (hadRecentInput) return;
    if (startTime - lastShift > 1_000 || startTime - windowStart > 5_000) {
      windowSum = 0;
      windowStart = startTime;
    }
    windowSum += value;
    lastShift = startTime;
    values['CLS'] = Math.max(values['CLS'] ?? 0, windowSum);
  });
  if (PerformanceObserver.supportedEntryTypes.includes('layout-shift')) values['CLS'] = 0;

  /** The longest duration of each interaction. */
  const interactions = new Map<number, number>();
  observe('event', ({ interactionId, duration }) => {
    if (!interactionId) return;
    interactions.set(interactionId, Math.max(interactions.get(interactionId) ?? 0, duration));
    const longest = [...interactions.values()].sort((a, b) => b - a);
    values['INP'] = longest[Math.floor(longest.length / 50)]!;
  });

  addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState !== 'hidden') return;
      for (const flush of flushes.splice(0)) flush();
      for (const metric in values) {
        track('web vital', { metric, value: Math.round(values[metric]! * 1e4) / 1e4, path });
        delete values[metric];
      }
    },
    true,
  );
}
