import { ActionIcon, AppShell, Burger, Group, ScrollArea, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKeyboard, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { appsQuery, eventNamesQuery } from '../api/hooks.ts';
import { lazily } from '../components/lazily.tsx';
import { NavLinkLink } from '../components/links.tsx';
import { isSite } from '../components/site.ts';
import { AppSwitcher } from './app-switcher.tsx';
import { Arrival } from './arrival.tsx';
import { lastStartPage, rememberStartPage, type StartPage } from './last-app.ts';
import { PAGES, pagesFrom } from './pages.ts';
import classes from './shell.module.css';
import { type Shortcut, ShortcutsProvider, useShortcuts } from './shortcuts.tsx';
import { UserMenu } from './user-menu.tsx';

/** Rarely needed, so loaded on demand. */
const Palette = lazily(() => import('./palette.tsx'), 'Palette');
const KeysHelp = lazily(() => import('./keys-help.tsx'), 'KeysHelp');

/** The frame around every page of an app: switcher, navigation, keyboard shortcuts. */
export function Shell() {
  return (
    <ShortcutsProvider>
      <Frame />
    </ShortcutsProvider>
  );
}

const IS_MAC = navigator.platform.startsWith('Mac');

function Frame() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const { data: apps } = useQuery(appsQuery);
  const start = useStartPage(app);
  const called = apps?.find((known) => known.app === app)?.name ?? app;
  const [opened, { toggle, close }] = useDisclosure();
  const [dialog, setDialog] = useState<'palette' | 'keys'>();
  const navigate = useNavigate();
  const pathname = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the navigation of a narrow screen closes whenever a page has been chosen.
  useEffect(close, [pathname]);

  const shortcuts = useMemo<readonly Shortcut[]>(
    () => [
      { keys: 'mod+k', label: 'Search', isEverywhere: true, run: () => setDialog('palette') },
      { keys: '/', label: 'Search', isEverywhere: true, run: () => setDialog('palette') },
      { keys: '?', label: 'Show keyboard shortcuts', isEverywhere: true, run: () => setDialog('keys') },
      ...PAGES.map(({ to, label, key }) => ({
        keys: `g ${key}`,
        label: `Go to ${label}`,
        isEverywhere: true,
        run: () => void navigate({ to, params: { app } }),
      })),
    ],
    [app, navigate],
  );
  useShortcuts(shortcuts);

  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <button type="button" className="skip-link" onClick={skip}>
        Skip to content
      </button>
      <AppShell.Header hiddenFrom="sm">
        <Group h="100%" px="sm" justify="space-between">
          <Group gap="xs">
            <Burger opened={opened} onClick={toggle} size="sm" aria-label="Navigation" />
            <Text fw={600} truncate maw="60vw">
              {called}
            </Text>
          </Group>
          <ActionIcon variant="subtle" color="gray" aria-label="Search" onClick={() => setDialog('palette')}>
            <IconSearch size={18} />
          </ActionIcon>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages" className={classes['navbar'] ?? ''}>
        <AppShell.Section mb="xs">
          <AppSwitcher app={app} />
        </AppShell.Section>
        <AppShell.Section grow component={ScrollArea}>
          {pagesFrom(start).map(({ to, label, icon: Icon, key }) => (
            <NavLinkLink
              key={to}
              to={to}
              params={{ app }}
              label={label}
              leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
              active={pathname.startsWith(to.replace('$app', encodeURIComponent(app)))}
              rightSection={
                <span className={classes['key']} aria-hidden>
                  g {key}
                </span>
              }
              className={classes['link'] ?? ''}
            />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <Group justify="space-between" gap={4} wrap="nowrap">
            <UserMenu />
            <Group gap={2} wrap="nowrap">
              <Tooltip label={`Search (${IS_MAC ? '⌘' : 'Ctrl'} K)`}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label="Search"
                  visibleFrom="sm"
                  onClick={() => setDialog('palette')}
                >
                  <IconSearch size={18} />
                </ActionIcon>
              </Tooltip>
              <Tooltip label="Keyboard shortcuts (?)">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label="Keyboard shortcuts"
                  onClick={() => setDialog('keys')}
                >
                  <IconKeyboard size={18} />
                </ActionIcon>
              </Tooltip>
            </Group>
          </Group>
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </AppShell.Main>
      <Arrival isBusy={dialog !== undefined} />
      <Suspense>
        {dialog === 'palette' && <Palette app={app} onClose={() => setDialog(undefined)} />}
        {dialog === 'keys' && <KeysHelp onClose={() => setDialog(undefined)} />}
      </Suspense>
    </AppShell>
  );
}

/** The page that the app opens with, which is remembered: the navigation does not change its order while the next visit begins. */
function useStartPage(app: string): StartPage {
  const { data: events } = useQuery(eventNamesQuery(app));
  const start = events === undefined ? undefined : isSite(events) ? 'web' : 'overview';
  useEffect(() => {
    if (start !== undefined) rememberStartPage(app, start);
  }, [app, start]);
  return start ?? lastStartPage(app);
}

/** Not a link, since `#content` would be resolved against the page's <base>. */
function skip(): void {
  document.getElementById('content')?.focus();
}
