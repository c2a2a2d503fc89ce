import { Tabs } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Page } from '../../components/page.tsx';
import { Arriving } from './arriving.tsx';
import { Refused } from './refused.tsx';

/** What happens now: events as they arrive, and what is refused. */
export function Live() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const { show } = useSearch({ from: '/signed-in/apps/$app/live' });
  const navigate = useNavigate();
  return (
    <Page title="Live">
      <Tabs
        value={show ?? 'events'}
        keepMounted={false}
        onChange={(tab) =>
          void navigate({
            to: '/apps/$app/live',
            params: { app },
            search: tab === 'refused' ? { show: 'refused' } : {},
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="refused">Rejected</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events">
          <Arriving key={app} app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="refused">
          <Refused key={app} app={app} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
