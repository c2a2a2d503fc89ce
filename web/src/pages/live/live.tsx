import { Tabs } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Page } from '../../components/page.tsx';
import { Arriving } from './arriving.tsx';
import { Rejections } from './rejections.tsx';

/** What is happening now: events as they arrive, and what is rejected. */
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
            search: tab === 'rejected' ? { show: 'rejected' } : {},
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="rejected">Rejected</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events">
          <Arriving key={app} app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="rejected">
          <Rejections key={app} app={app} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
