import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { appsQuery } from '../api/hooks.ts';
import { SearchSelect } from '../components/search-select.tsx';
import { PAGES } from './pages.ts';

const NEW = '\u0000new';

/** Changes the app and stays on the same page of it. */
export function AppSwitcher({ app }: { app: string }) {
  const { data = [] } = useQuery(appsQuery);
  const navigate = useNavigate();
  const pathname = useRouterState({ select: ({ location }) => location.pathname });
  const page = PAGES.find(({ to }) => pathname.startsWith(to.replace('$app', encodeURIComponent(app)))) ?? PAGES[0];
  // An app can be in the address before its first event.
  const called = new Map(data.map((known) => [known.app, known.name ?? known.app]));
  const names = [...new Set([app, ...called.keys()])]
    .map((value) => ({ value, label: called.get(value) ?? value }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <SearchSelect
      aria-label="App"
      data={[...names, { value: NEW, label: 'All apps / New app…' }]}
      value={app}
      nothingFoundMessage="No matching apps"
      fw={600}
      comboboxProps={{ withinPortal: true }}
      onChange={(chosen) => {
        if (chosen === NEW) void navigate({ to: '/apps' });
        else if (chosen !== null) void navigate({ to: page.to, params: { app: chosen } });
      }}
    />
  );
}
