import type { Page } from './page.ts';
import { activatedAt, whenShown } from './when-shown.ts';

/** The fields of the entries that TypeScript does not know. */
interface Entry extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly interactionId?: number;
}

/** A page hidden for longer than this counts as left: systems end hidden pages without notice. Coming back sooner continues it. */
const LEFT_AFTER_MS = 5_000;
/** The percentile of more than 500 interactions is the tenth longest. */
const LONGEST_MAX = 10;

/**
 * Core Web Vitals as defined by web.dev and its package `web-vitals`, each an event sent when the page is left: LCP, INP (the 98th percentile of
 * interactions), CLS (the worst window of shifts less than a second apart, five seconds at most), TTFB. In ms; CLS has no unit. Once
 * per page view; a page restored from the back/forward cache is a new view.
 */
export function trackVitals(page: Page): void {
  whenShown(() => measure(page));
}

function measure({ track, flush }: Page): void {
  const navigation = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined;
  if (!navigation) return;
  const start = activatedAt();
  // Times of a prerendered page count from when it was shown.
  const since = (ms: number): number => Math.max(0, ms - start);
  const hidden = performance
    .getEntriesByType('visibility-state')
    .find(({ name, startTime }) => name === 'hidden' && startTime >= start);
  /** Nobody waited for what is painted later. */
  let hiddenAt = hidden?.startTime ?? (document.hidden ? 0 : Infinity);

  let path = location.pathname;
  let values: Record<string, number> = {};
  let isOver = false;
  let hasInput = false;
  let isRestored = false;

  const collectors: (() => void)[] = [];
  function observe(each: (entry: Entry) => void, ...types: readonly string[]): void {
    const take = (entries: PerformanceEntryList): void => {
      if (!isOver) (entries as Entry[]).forEach(each);
    };
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    for (const type of types)
      try {
        observer.observe({ type, buffered: true, durationThreshold: 40 } as PerformanceObserverInit);
      } catch {
        // This browser does not measure it.
      }
    collectors.push(() => take(observer.takeRecords()));
  }
  const collect = (): void => {
    for (const collector of collectors) collector();
  };

  observe(({ startTime }) => {
    if (!hasInput && startTime < hiddenAt) values['LCP'] = since(startTime);
  }, 'largest-contentful-paint');
  for (const type of ['keydown', 'click'])
    addEventListener(
      type,
      ({ isTrusted }) => {
        // A paint before the input is sometimes reported after it.
        if (isTrusted)
          setTimeout(() => {
            collect();
            hasInput = true;
          });
      },
      true,
    );

  let sum = 0;
  let first = 0;
  let last = 0;
  observe(({ startTime, value, hadRecentInput }) => {
    if (hadRecentInput) return;
    if (!(sum && startTime - last < 1_000 && startTime - first < 5_000)) {
      sum = 0;
      first = startTime;
    }
    sum += value;
    last = startTime;
    values['CLS'] = Math.max(values['CLS'] ?? 0, sum);
  }, 'layout-shift');

  /** The longest first. */
  let longest: { readonly id: number; ms: number }[] = [];
  let lastId = 0;
  let counted = 0;
  let countedBefore = 0;
  const count = (): number => (performance as { interactionCount?: number }).interactionCount ?? counted;
  observe(
    ({ interactionId: id, duration }) => {
      if (!id) return;
      const known = longest.find((one) => one.id === id);
      if (known) known.ms = Math.max(known.ms, duration);
      else longest.push({ id, ms: duration });
      longest = longest.sort((a, b) => b.ms - a.ms).slice(0, LONGEST_MAX);
      if (id > lastId) counted++;
      lastId = Math.max(lastId, id);
    },
    'event',
    'first-input',
  );

  function begin(ttfb: number): void {
    values = { TTFB: ttfb };
    if (PerformanceObserver.supportedEntryTypes.includes('layout-shift')) values['CLS'] = 0;
  }
  begin(since(navigation.responseStart));
  if (navigation.responseStart <= 0) delete values['TTFB'];

  /** The page was left: the values are final. */
  function end(): void {
    collect();
    if (isOver) return;
    isOver = true;
    const interactions = count() - countedBefore;
    const slow = longest[Math.min(longest.length - 1, Math.floor(interactions / 50))];
    // The first input of a load is reported however short it was. After a restore, interactions too short to be reported count as 8 ms.
    if (slow || (isRestored && interactions)) values['INP'] = slow?.ms ?? 8;
    const [painted] = performance.getEntriesByName('first-contentful-paint');
    // On a page that nobody saw, nothing shifted.
    if (!isRestored && !(painted && painted.startTime < hiddenAt)) delete values['CLS'];
    for (const metric in values) track('web vital', { metric, value: Math.round(values[metric]! * 1e4) / 1e4, path });
  }

  /** Nothing else sends what a hidden page tracks. */
  function leave(): void {
    end();
    flush();
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  addEventListener(
    'visibilitychange',
    ({ timeStamp }) => {
      clearTimeout(timer);
      if (!document.hidden) return;
      collect();
      hiddenAt = Math.min(hiddenAt, timeStamp);
      timer = setTimeout(leave, LEFT_AFTER_MS);
    },
    true,
  );
  addEventListener('pagehide', end, true);
  document.addEventListener('freeze', leave);
  addEventListener('pageshow', ({ persisted, timeStamp }) => {
    if (!persisted) return;
    clearTimeout(timer);
    end();
    // Entries reported late belong to the view before.
    collect();
    path = location.pathname;
    longest = [];
    countedBefore = count();
    sum = 0;
    isOver = false;
    hasInput = isRestored = true;
    begin(0);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        values['LCP'] = performance.now() - timeStamp;
      }),
    );
  });
}
