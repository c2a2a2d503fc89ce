import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { appsQuery, eventNamesQuery } from '../api/hooks.ts';
import { PAGES } from './pages.ts';

const [store, spotlight] = createSpotlight();

/** Finds pages, apps and events by name. */
export function Palette({ app, onClose }: { app: string; onClose: () => void }) {
  const navigate = useNavigate();
  const { data: apps = [] } = useQuery(appsQuery);
  const { data: events = [] } = useQuery(eventNamesQuery(app));
  useEffect(() => {
    spotlight.open();
    return () => spotlight.close();
  }, []);
  const actions = useMemo<SpotlightActionGroupData[]>(
    () => [
      {
        group: 'Pages',
        actions: PAGES.map(({ to, label }) => ({
          id: `page ${to}`,
          label,
          onClick: () => void navigate({ to, params: { app } }),
        })),
      },
      {
        group: 'Events',
        actions: events.map(({ id, event }) => ({
          id: `event ${id} ${event}`,
          label: event,
          description: 'Show it over time',
          onClick: () =>
            void navigate({
              to: '/apps/$app/explore',
              params: { app },
              search: { q: { kind: 'trend', series: [{ event }], last: '30d', interval: 'day' } },
            }),
        })),
      },
      {
        group: 'Apps',
        actions: apps.map((known) => ({
          id: `app ${known.app}`,
          label: known.app,
          onClick: () => void navigate({ to: '/apps/$app/overview', params: { app: known.app } }),
        })),
      },
    ],
    [app, apps, events, navigate],
  );
  return (
    <Spotlight
      store={store}
      actions={actions}
      shortcut={null}
      limit={12}
      scrollable
      maxHeight="70vh"
      nothingFound="Nothing is called so"
      onSpotlightClose={onClose}
      searchProps={{ placeholder: 'A page, an event, an app…', 'aria-label': 'Find anything' }}
    />
  );
}
