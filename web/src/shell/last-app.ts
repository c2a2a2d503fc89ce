/** The app opened last. Besides it, the dashboard stores the colour scheme and the reports opened last (opened-reports.ts) in the browser: nothing secret. */
const KEY = 'seismo-app';

export function lastApp(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    // Storage is denied; the first app is shown instead.
    return undefined;
  }
}

export function rememberApp(app: string): void {
  try {
    localStorage.setItem(KEY, app);
  } catch {
    // As above.
  }
}
