import { Button, Group, Skeleton, Stack } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, useCallback, useRef, useState } from 'react';
import { eventNamesQuery } from '../../api/hooks.ts';
import { EventSelect } from '../../components/event-select.tsx';
import { FilterEditor } from '../../components/filter-editor.tsx';
import { lazily } from '../../components/lazily.tsx';
import { NoData } from '../../components/no-data.tsx';
import { Page } from '../../components/page.tsx';
import { type DateRange, isEmpty } from '../../components/range.ts';
import { RangePicker } from '../../components/range-picker.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { useZone } from '../../components/use-zone.ts';
import { ColumnsPicker } from './columns-picker.tsx';
import { Download } from './download.tsx';
import { EventTable, type EventTableHandle } from './event-table.tsx';
import type { EventsSearch } from './search.ts';
import { useEvents } from './use-events.ts';

/** Loaded with the first event that is opened. */
const EventPanel = lazily(() => import('../../components/event-panel.tsx'), 'EventPanel');

const DEFAULT_RANGE: DateRange = { last: '30d' };

/** The events of an app, the newest first. */
export function Events() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const given = useSearch({ from: '/signed-in/apps/$app/events' });
  const { last, from, to, timeZone, ...rest } = given;
  const range: DateRange = isEmpty(given) ? { ...DEFAULT_RANGE, ...(timeZone !== undefined && { timeZone }) } : given;
  const search: EventsSearch = { ...rest, ...timesIn(range) };
  const { event, filters = [], columns = [] } = search;
  const navigate = useNavigate();
  const change = (changed: EventsSearch): void =>
    void navigate({ to: '/apps/$app/events', params: { app }, search: changed, replace: true });

  const zone = useZone(app);
  const { data: names } = useQuery(eventNamesQuery(app));
  const found = useEvents(app, search);
  const { events, hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const table = useRef<EventTableHandle>(null);
  const [open, setOpen] = useState<number>();
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [isFetchingNextPage, fetchNextPage]);
  const close = (): void => {
    setOpen(undefined);
    if (open !== undefined) table.current?.focus(open);
  };

  return (
    <Page
      title="Events"
      actions={
        <>
          <RangePicker value={range} onChange={(value) => change({ ...rest, ...timesIn(value) })} />
          <ColumnsPicker
            app={app}
            event={event}
            value={columns}
            onChange={(value) => {
              const { columns: _, ...others } = search;
              change(value.length === 0 ? others : { ...others, columns: value });
            }}
          />
          <Download app={app} path={found.path} query={found.query} />
        </>
      }
    >
      <Stack gap="sm">
        <Group gap="sm">
          <EventSelect
            app={app}
            aria-label="Event"
            w={220}
            value={event}
            onChange={(name) => {
              const { event: _, ...others } = search;
              change(name === undefined ? others : { ...others, event: name });
            }}
          />
          <FilterEditor
            app={app}
            event={event}
            value={filters}
            onChange={(value) => {
              const { filters: _, ...others } = search;
              change(value.length === 0 ? others : { ...others, filters: value });
            }}
          />
          {/* Read out when it comes; the role is around the button, which stays one. */}
          <div role="status" style={{ marginInlineStart: 'auto' }}>
            {found.hasNewer && (
              <Button
                size="compact-sm"
                variant="light"
                leftSection={<IconArrowUp size={14} aria-hidden />}
                onClick={found.showNewer}
              >
                Show new events
              </Button>
            )}
          </div>
        </Group>
        {found.error && events.length === 0 ? (
          <Failure error={found.error} onRetry={() => void found.refetch()} />
        ) : found.isPending ? (
          <Skeleton h="calc(100dvh - 160px)" mih={280} />
        ) : names?.length === 0 ? (
          <NoData app={app} />
        ) : events.length === 0 && !found.isPlaceholderData ? (
          <Empty
            title="No events match"
            action={
              <Button variant="default" onClick={() => change({ last: '12m', ...(columns.length > 0 && { columns }) })}>
                Show the last 12 months
              </Button>
            }
          >
            Try a longer range, another event or fewer filters.
          </Empty>
        ) : (
          <EventTable
            handle={table}
            events={events}
            columns={columns}
            timeZone={range.timeZone ?? zone}
            isOld={found.isPlaceholderData}
            hasMore={hasNextPage}
            onMore={more}
            onOpen={setOpen}
          />
        )}
        {found.error && events.length > 0 && <Failure error={found.error} onRetry={() => void fetchNextPage()} />}
      </Stack>
      {open !== undefined && events[open] && (
        <Suspense>
          <EventPanel
            app={app}
            event={events[open]}
            timeZone={range.timeZone ?? zone}
            onClose={close}
            onMove={(by) => {
              const next = Math.min(events.length - 1, Math.max(0, open + by));
              setOpen(next);
              if (next > events.length - 20 && hasNextPage) more();
            }}
          />
        </Suspense>
      )}
    </Page>
  );
}

/** The parts of a range that the address holds. */
function timesIn({ last, from, to, timeZone }: DateRange): DateRange {
  return {
    ...(last !== undefined && { last }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(timeZone !== undefined && { timeZone }),
  };
}
