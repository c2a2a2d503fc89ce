import { Button, Group, Kbd, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { appsQuery } from '../../api/hooks.ts';
import { ROWS_MAX, useLive } from '../../api/use-live.ts';
import { ConnectionState } from '../../components/connection-state.tsx';
import { EventSelect } from '../../components/event-select.tsx';
import { count } from '../../components/formats.ts';
import { lazily } from '../../components/lazily.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import { EventRows } from './event-rows.tsx';
import { matches } from './matches.ts';
import { Rate } from './rate.tsx';

/** Loaded with the first event that is opened. */
const EventPanel = lazily(() => import('../../components/event-panel.tsx'), 'EventPanel');
/** Each change opens a new connection. */
const TYPING_MS = 400;

export function Arriving({ app }: { app: string }) {
  const { event, user } = useSearch({ from: '/signed-in/apps/$app/live' });
  const navigate = useNavigate();
  const timeZone = useQuery(appsQuery).data?.find((one) => one.app === app)?.timeZone;
  const [isPaused, setPaused] = useState(false);
  const [text, setText] = useState('');
  const [userText, setUserText] = useState(user ?? '');
  const [typed] = useDebouncedValue(userText.trim(), TYPING_MS);
  const [openUuid, setOpenUuid] = useState<string>();
  const { rows, waiting, connection, loaded, error, missed, arrivals } = useLive(app, { event, user }, isPaused);

  const search = (change: { readonly event?: string | undefined; readonly user?: string | undefined }): void => {
    const next = { event, user, ...change };
    void navigate({
      to: '/apps/$app/live',
      params: { app },
      search: { ...(next.event !== undefined && { event: next.event }), ...(next.user && { user: next.user }) },
      replace: true,
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows what is typed, and not the other way round
  useEffect(() => {
    if (typed !== (user ?? '')) search({ user: typed });
  }, [typed]);

  const shortcuts = useMemo(
    () => [{ keys: ' ', label: 'Pause or resume', run: () => setPaused((paused) => !paused) }],
    [],
  );
  useShortcuts(shortcuts);

  const shown = useMemo(() => (text.trim() === '' ? rows : rows.filter((row) => matches(row, text))), [rows, text]);
  const openIndex = shown.findIndex(({ uuid }) => uuid === openUuid);
  const opened = openIndex < 0 ? rows.find(({ uuid }) => uuid === openUuid) : shown[openIndex];
  const isFiltered = event !== undefined || user !== undefined || text !== '';

  const only = (what: { readonly event?: string; readonly user?: string | undefined }): void => {
    setOpenUuid(undefined);
    if (what.user !== undefined) setUserText(what.user);
    search(what);
  };
  return (
    <Stack gap="sm">
      <Group gap="xs" align="center">
        <EventSelect aria-label="Event" app={app} value={event} onChange={(name) => search({ event: name })} w={190} />
        <TextInput
          aria-label="User"
          placeholder="User"
          value={userText}
          onChange={({ currentTarget }) => setUserText(currentTarget.value)}
          w={140}
        />
        <TextInput
          aria-label="Search the events shown"
          placeholder="Search"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          w={170}
        />
        <Button
          variant={isPaused ? 'filled' : 'default'}
          leftSection={isPaused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />}
          onClick={() => setPaused(!isPaused)}
          aria-keyshortcuts="Space"
        >
          {isPaused
            ? waiting > 0
              ? `Resume (${count(waiting)}${waiting >= ROWS_MAX ? '+' : ''} waiting)`
              : 'Resume'
            : 'Pause'}
        </Button>
      </Group>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <ConnectionState connection={connection} isPaused={isPaused} />
        <Rate arrivals={arrivals} />
      </Group>
      {missed && (
        <Text size="sm" role="status">
          Too many events to show them all here. See the Events page for the full list.
        </Text>
      )}
      {error !== undefined && rows.length === 0 ? (
        <Failure error={error} />
      ) : shown.length === 0 && loaded ? (
        <Empty title={isFiltered ? 'No matching events yet' : 'No events yet'}>
          {isFiltered ? 'Matching events appear here as they arrive.' : 'New events appear here as they arrive.'}
        </Empty>
      ) : (
        <EventRows rows={shown} timeZone={timeZone} onOpen={setOpenUuid} />
      )}
      <Text size="xs" c="dimmed" visibleFrom="sm">
        <Kbd size="xs">Space</Kbd> pauses, <Kbd size="xs">j</Kbd> and <Kbd size="xs">k</Kbd> move down and up,{' '}
        <Kbd size="xs">Enter</Kbd> opens. Shows the last {count(ROWS_MAX)}.
      </Text>
      <Suspense>
        {opened && (
          <EventPanel
            app={app}
            event={opened}
            timeZone={timeZone}
            onClose={() => setOpenUuid(undefined)}
            onMove={(by) => {
              const next = shown[openIndex + by];
              if (openIndex >= 0 && next) setOpenUuid(next.uuid);
            }}
            actions={
              <>
                <Button size="xs" variant="default" onClick={() => only({ event: opened.event })}>
                  Only this event
                </Button>
                {opened.user !== undefined && (
                  <Button size="xs" variant="default" onClick={() => only({ user: opened.user })}>
                    Only this user
                  </Button>
                )}
              </>
            }
          />
        )}
      </Suspense>
    </Stack>
  );
}
