import { Alert, Skeleton, Tabs } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ComponentType, Suspense } from 'react';
import { useIsAdmin, useMe } from '../../api/hooks.ts';
import { lazily } from '../../components/lazily.tsx';
import { Page } from '../../components/page.tsx';
import { SECTIONS, type Section } from './search.ts';

interface SectionProps {
  readonly app: string;
}
const LABELS: Readonly<Record<Section, string>> = {
  app: 'App',
  keys: 'Keys',
  users: 'Users',
  segments: 'Segments',
  annotations: 'Annotations',
  server: 'Server',
  erase: 'Erase',
};
const VIEWS: Readonly<Record<Section, ComponentType<SectionProps>>> = {
  app: lazily(() => import('./app-section.tsx'), 'AppSection'),
  keys: lazily(() => import('./keys-section.tsx'), 'KeysSection'),
  users: lazily(() => import('./users-section.tsx'), 'UsersSection'),
  segments: lazily(() => import('./segments-section.tsx'), 'SegmentsSection'),
  annotations: lazily(() => import('./annotations-section.tsx'), 'AnnotationsSection'),
  server: lazily(() => import('./server-section.tsx'), 'ServerSection'),
  erase: lazily(() => import('./erase-section.tsx'), 'EraseSection'),
};
/** The server's answer to a viewer. */
const FOR_VIEWERS: readonly Section[] = ['segments', 'annotations'];

export function Settings() {
  const { app } = useParams({ from: '/signed-in/apps/$app/settings' });
  const { section } = useSearch({ from: '/signed-in/apps/$app/settings' });
  const navigate = useNavigate({ from: '/apps/$app/settings' });
  const me = useMe();
  const isAdmin = useIsAdmin();
  const sections = isAdmin ? SECTIONS : FOR_VIEWERS;
  const shown = sections.find((one) => one === section) ?? sections[0]!;
  const View = VIEWS[shown];
  return (
    <Page title="Settings">
      {me && !isAdmin && (
        <Alert variant="default" color="gray" title="You have view-only access">
          You are signed in as {me.user}, a viewer. To manage keys, users, the server or data deletion, ask an admin.
        </Alert>
      )}
      {me && (
        <Tabs
          value={shown}
          onChange={(value) => {
            const next = SECTIONS.find((one) => one === value);
            if (next) void navigate({ search: { section: next } });
          }}
          keepMounted={false}
        >
          <Tabs.List aria-label="Settings sections">
            {sections.map((one) => (
              <Tabs.Tab key={one} value={one}>
                {LABELS[one]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={shown} pt="lg">
            <Suspense fallback={<Skeleton h={320} />}>
              <View app={app} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
