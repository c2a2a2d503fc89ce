import { ActionIcon, Button, Select, Skeleton, Text, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconLayoutGrid, IconRefresh, IconShare } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type CSSProperties, Suspense, useEffect, useMemo, useState } from 'react';
import { reportsQuery, useIsAdmin } from '../../api/hooks.ts';
import { preloadCharts } from '../../charts/answer-chart.tsx';
import { clock } from '../../components/formats.ts';
import { lazily } from '../../components/lazily.tsx';
import { Page } from '../../components/page.tsx';
import type { DateRange } from '../../components/range.ts';
import { RangePicker } from '../../components/range-picker.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { useZone } from '../../components/use-zone.ts';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import classes from './board.module.css';
import { GAP_PX, inOrder } from './layout.ts';
import { dashboardQuery } from './queries.ts';
import { REFRESHES, type Refresh } from './search.ts';
import { TileView } from './tile.tsx';
import { useRefresh } from './use-refresh.ts';
import { useWall } from './use-wall.ts';

/** Rarely needed by readers. */
const Editor = lazily(() => import('./editor.tsx'), 'Editor');
const ShareLinks = lazily(() => import('../../components/share-links.tsx'), 'ShareLinks');

const LABELS: Readonly<Record<Refresh, string>> = {
  '30s': 'Every 30 s',
  '1min': 'Every minute',
  '5min': 'Every 5 minutes',
  '15min': 'Every 15 minutes',
};
const NO_REFRESH = 'off';
/** The minimum height in px of a row on a wall display; below it the page scrolls. */
const WALL_ROW_MIN_PX = 48;
const WALL_HEAD_PX = 100;

export function Dashboard() {
  const { app, id } = useParams({ from: '/signed-in/apps/$app/dashboards/$id' });
  const { refresh: every, ...range } = useSearch({ from: '/signed-in/apps/$app/dashboards/$id' });
  const navigate = useNavigate({ from: '/apps/$app/dashboards/$id' });
  const client = useQueryClient();
  const zone = useZone(app);
  const isAdmin = useIsAdmin();
  const board = useQuery(dashboardQuery(app, id));
  const reports = useQuery(reportsQuery(app));
  const { at, refresh } = useRefresh(app, every);
  const { ref, isWall, toggle } = useWall();
  const [isEditing, setEditing] = useState(false);
  const [isSharing, setSharing] = useState(false);
  useEffect(preloadCharts, []);

  const search = (next: DateRange & { refresh?: Refresh }): void =>
    void navigate({ search: { ...next, ...(next.refresh === undefined && {}) }, replace: true });
  useShortcuts(
    useMemo(
      () => [
        { keys: 'f', label: 'Full screen', run: toggle },
        { keys: 'r', label: 'Refresh', run: () => void refresh() },
        ...(isAdmin ? [{ keys: 'e', label: 'Edit layout', run: () => setEditing(true) }] : []),
      ],
      [toggle, refresh, isAdmin],
    ),
  );

  const { data } = board;
  if (board.error && !data)
    return (
      <Page title="Dashboard">
        <Failure error={board.error} onRetry={() => void board.refetch()} />
      </Page>
    );
  if (!data || (!reports.data && !reports.error))
    return (
      <Page title="Dashboard">
        <Skeleton h={300} />
      </Page>
    );
  const saved = reports.data ?? [];
  const rows = Math.max(1, ...data.tiles.map(({ y, h }) => y + h));
  const wallRow = Math.max(WALL_ROW_MIN_PX, Math.floor((window.screen.height - WALL_HEAD_PX) / rows) - GAP_PX);
  return (
    <Page
      title={data.name}
      actions={
        !isEditing && (
          <>
            <RangePicker
              none="Each tile’s own range"
              value={range}
              onChange={(next) => search({ ...next, ...(every && { refresh: every }) })}
            />
            <Select
              aria-label="Refresh"
              w={160}
              data={[
                { value: NO_REFRESH, label: 'Auto-refresh off' },
                ...REFRESHES.map((value) => ({ value, label: LABELS[value] })),
              ]}
              value={every ?? NO_REFRESH}
              allowDeselect={false}
              onChange={(value) => {
                const next = REFRESHES.find((known) => known === value);
                search({ ...range, ...(next && { refresh: next }) });
              }}
            />
            <Act
              label={`Refresh (last updated ${clock(at, zone)})`}
              onClick={() => void refresh()}
              icon={<IconRefresh size={18} />}
            />
            <Act label="Full screen" onClick={toggle} icon={<IconArrowsMaximize size={18} />} />
            {isAdmin && (
              <>
                <Act label="Share" onClick={() => setSharing(true)} icon={<IconShare size={18} />} />
                <Button leftSection={<IconLayoutGrid size={16} aria-hidden />} onClick={() => setEditing(true)}>
                  Edit layout
                </Button>
              </>
            )}
          </>
        )
      }
    >
      {data.description !== undefined && (
        <Text c="dimmed" size="sm">
          {data.description}
        </Text>
      )}
      {isEditing ? (
        <Suspense fallback={<Skeleton h={300} />}>
          <Editor
            app={app}
            board={data}
            reports={saved}
            onDone={() => setEditing(false)}
            onReload={() => client.fetchQuery({ ...dashboardQuery(app, id), staleTime: 0 })}
          />
        </Suspense>
      ) : data.tiles.length === 0 ? (
        <Empty title="No tiles yet" action={isAdmin && <Button onClick={() => setEditing(true)}>Add tile</Button>}>
          {isAdmin ? 'A tile shows a saved report or its own query.' : 'Ask an admin to add some.'}
        </Empty>
      ) : (
        <div ref={ref} className={classes['wall']} style={isWall ? ({ '--row': `${wallRow}px` } as CSSProperties) : {}}>
          <div className={classes['wallTitle']}>
            <Text fz={28} fw={600}>
              {data.name}
            </Text>
            <Text fz={18} c="dimmed">
              As of {clock(at, zone)}
            </Text>
          </div>
          <div className={classes['grid']}>
            {inOrder(data.tiles).map((tile) => (
              <TileView
                key={`${tile.x} ${tile.y} ${tile.report ?? tile.name}`}
                app={app}
                tile={tile}
                reports={saved}
                range={range}
                isPlaced
              />
            ))}
          </div>
        </div>
      )}
      <Suspense>
        {isSharing && <ShareLinks app={app} of="dashboards" id={id} onClose={() => setSharing(false)} />}
      </Suspense>
    </Page>
  );
}

function Act({ label, icon, onClick }: { label: string; icon: React.ReactNode; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={36} aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
