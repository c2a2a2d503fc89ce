import '@mantine/spotlight/styles.css';
import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import {
  IconApps,
  IconChartLine,
  IconDeviceDesktop,
  IconLayoutDashboard,
  IconLogout,
  IconMoon,
  IconPointFilled,
  IconSettings,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { appsQuery, eventNamesQuery, useSignOut } from '../api/hooks.ts';
import { api } from '../api/http.ts';
import type { Operations, Question } from '../api/wire.ts';
import { PAGES } from './pages.ts';

const [store, spotlight] = createSpotlight();
const TYPING_MS = 200;
const USERS = 5;
const ICON = { size: 18, stroke: 1.7, 'aria-hidden': true } as const;

const LAST = { last: '30d' } as const;
const KINDS: readonly { readonly label: string; readonly q: Question }[] = [
  { label: 'Trend', q: { kind: 'trend', ...LAST, series: [{}], interval: 'day' } },
  { label: 'Funnel', q: { kind: 'funnel', ...LAST, steps: [{}, {}] } },
  { label: 'Retention', q: { kind: 'retention', ...LAST, start: {}, interval: 'week' } },
  { label: 'Paths', q: { kind: 'paths', ...LAST } },
  { label: 'Stickiness', q: { kind: 'stickiness', ...LAST, interval: 'day' } },
  { label: 'Lifecycle', q: { kind: 'lifecycle', ...LAST, interval: 'week' } },
  { label: 'Sessions', q: { kind: 'sessions', ...LAST, interval: 'day' } },
];
const SECTIONS = [
  { section: 'app', label: 'App, time zone, data retention' },
  { section: 'keys', label: 'Keys' },
  { section: 'users', label: 'Users' },
  { section: 'segments', label: 'Segments' },
  { section: 'annotations', label: 'Annotations' },
  { section: 'server', label: 'Server' },
  { section: 'erase', label: 'Erase a person’s data' },
] as const;

/** Finds anything by name: pages, saved reports and dashboards, events, users, apps; also switches the colour scheme. */
export function Palette({ app, onClose }: { app: string; onClose: () => void }) {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), TYPING_MS);
  const path = `api/apps/${encodeURIComponent(app)}`;
  const { data: apps = [] } = useQuery(appsQuery);
  const { data: events = [] } = useQuery(eventNamesQuery(app));
  const { data: reports = [] } = useQuery({
    queryKey: ['reports', app],
    queryFn: ({ signal }) => api<Operations['getApiAppsAppReports']['answer']>(`${path}/reports`, { signal }),
    staleTime: 30_000,
  });
  const { data: dashboards = [] } = useQuery({
    queryKey: ['dashboards', app],
    queryFn: ({ signal }) => api<Operations['getApiAppsAppDashboards']['answer']>(`${path}/dashboards`, { signal }),
    staleTime: 30_000,
  });
  const { data: users } = useQuery({
    queryKey: ['values', app, 'user', search],
    queryFn: ({ signal }) =>
      api<Operations['getApiAppsAppValues']['answer']>(`${path}/values`, {
        signal,
        query: { field: 'user', search, limit: USERS, fresh: false },
      }),
    enabled: search !== '',
    staleTime: 30_000,
  });
  useEffect(() => {
    spotlight.open();
    return () => spotlight.close();
  }, []);

  const actions = useMemo<SpotlightActionGroupData[]>(() => {
    const params = { app };
    const action = (id: string, label: string, icon: ReactNode, onClick: () => void, description?: string) => ({
      id,
      label,
      leftSection: icon,
      onClick,
      ...(description !== undefined && { description }),
    });
    return [
      {
        group: 'Pages',
        actions: PAGES.map(({ to, label, icon: Icon }) =>
          action(`page ${to}`, label, <Icon {...ICON} />, () => void navigate({ to, params })),
        ),
      },
      {
        group: 'New report',
        actions: KINDS.map(({ label, q }) =>
          action(
            `kind ${q.kind}`,
            `${label} report`,
            <IconChartLine {...ICON} />,
            () => void navigate({ to: '/apps/$app/explore', params, search: { q } }),
          ),
        ),
      },
      {
        group: 'Settings',
        actions: SECTIONS.map(({ section, label }) =>
          action(
            `settings ${section}`,
            `Settings: ${label}`,
            <IconSettings {...ICON} />,
            () => void navigate({ to: '/apps/$app/settings', params, search: { section } }),
          ),
        ),
      },
      {
        group: 'Dashboards',
        actions: dashboards.map(({ id, name, description }) =>
          action(
            `dashboard ${id}`,
            name,
            <IconLayoutDashboard {...ICON} />,
            () => void navigate({ to: '/apps/$app/dashboards/$id', params: { app, id } }),
            description,
          ),
        ),
      },
      {
        group: 'Reports',
        actions: reports.map(({ id, name, description, question: q, chart }) =>
          action(
            `report ${id}`,
            name,
            <IconChartLine {...ICON} />,
            () =>
              void navigate({ to: '/apps/$app/explore', params, search: { q, report: id, ...(chart && { chart }) } }),
            description,
          ),
        ),
      },
      {
        group: 'Events',
        actions: events.map(({ id, event }) =>
          action(
            `event ${id} ${event}`,
            event,
            <IconPointFilled {...ICON} />,
            () =>
              void navigate({
                to: '/apps/$app/explore',
                params,
                search: { q: { kind: 'trend', series: [{ event }], last: '30d', interval: 'day' } },
              }),
          ),
        ),
      },
      {
        group: 'Users',
        actions: (users?.values ?? []).flatMap(({ value }) =>
          typeof value === 'string'
            ? [
                action(
                  `user ${value}`,
                  value,
                  <IconUser {...ICON} />,
                  () => void navigate({ to: '/apps/$app/users/profile', params, search: { user: value } }),
                ),
              ]
            : [],
        ),
      },
      {
        group: 'Apps',
        actions: apps.map(({ app: other, name }) =>
          action(
            `app ${other}`,
            name ?? other,
            <IconApps {...ICON} />,
            () => void navigate({ to: '/apps/$app', params: { app: other } }),
            name === undefined ? undefined : other,
          ),
        ),
      },
      {
        group: 'Actions',
        actions: [
          action('light', 'Light theme', <IconSun {...ICON} />, () => setColorScheme('light')),
          action('dark', 'Dark theme', <IconMoon {...ICON} />, () => setColorScheme('dark')),
          action('system', 'Theme: system', <IconDeviceDesktop {...ICON} />, () => setColorScheme('auto')),
          action('sign out', 'Sign out', <IconLogout {...ICON} />, async () => {
            await signOut();
            await navigate({ to: '/sign-in' });
          }),
        ],
      },
    ];
  }, [app, apps, dashboards, events, navigate, reports, setColorScheme, signOut, users]);

  return (
    <Spotlight
      store={store}
      query={text}
      onQueryChange={setText}
      actions={actions}
      shortcut={null}
      limit={20}
      scrollable
      maxHeight="min(480px, 70dvh)"
      nothingFound="No results"
      onSpotlightClose={onClose}
      transitionProps={{ duration: 100 }}
      searchProps={{ placeholder: 'Search pages, reports, events, users…', 'aria-label': 'Search' }}
    />
  );
}
