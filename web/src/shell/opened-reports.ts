/** When saved reports were last opened in this browser: ids and times, nothing secret. */
const KEY = 'seismo-opened';
const REMEMBERED_MAX = 200;

/** By id: when a report was last opened in this browser, ms since 1970. */
export function openedReports(): Readonly<Record<string, number>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, number>) : {};
  } catch {
    // Storage is denied, or holds something else.
    return {};
  }
}

export function rememberReport(id: string): void {
  const latest = Object.entries({ ...openedReports(), [id]: Date.now() })
    .sort(([, a], [, b]) => b - a)
    .slice(0, REMEMBERED_MAX);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(latest)));
  } catch {
    // As above.
  }
}
