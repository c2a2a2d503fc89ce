/** The app opened last, and its start page. Besides them, the dashboard stores the colour scheme and the reports opened last (opened-reports.ts) in the browser: nothing secret. */
const APP = 'seismo-app';
/** Holds the app if its start page is Web. */
const WEB_APP = 'seismo-web';

/** The page that an app opens with: Web when its events are mostly page views. */
export type StartPage = 'overview' | 'web';

export const lastApp = (): string | undefined => stored(APP);
export const rememberApp = (app: string): void => store(APP, app);

/** As far as it is known before the server has answered. */
export const lastStartPage = (app = lastApp()): StartPage =>
  app !== undefined && stored(WEB_APP) === app ? 'web' : 'overview';
export const rememberStartPage = (app: string, page: StartPage): void => {
  if (page === 'web') store(WEB_APP, app);
  else if (lastStartPage(app) === 'web') store(WEB_APP, '');
};

function stored(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    // Storage is denied; the defaults are shown instead.
    return undefined;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}
