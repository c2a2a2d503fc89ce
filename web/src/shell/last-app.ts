/** The app looked at last: the only thing but colours that the dashboard keeps in the browser, and nothing secret. */
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
