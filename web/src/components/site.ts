/** Apps that are web sites. */

/** The id of page views, as the browser script sends them. */
export const PAGE_VIEW_ID = 'page-viewed';
/** What the script sends by itself besides page views says nothing about what the app is. */
const BESIDE: ReadonlySet<string> = new Set([
  'web-vital',
  'error',
  'outbound-link-clicked',
  'file-downloaded',
  'page-not-found',
]);

/** Whether most events of an app are page views: then it opens with the page Web. */
export function isSite(events: readonly { readonly id: string; readonly total: number }[]): boolean {
  const sum = (of: (id: string) => boolean): number =>
    events.reduce((all, { id, total }) => (of(id) ? all + total : all), 0);
  const views = sum((id) => id === PAGE_VIEW_ID);
  return views > sum((id) => id !== PAGE_VIEW_ID && !BESIDE.has(id));
}
