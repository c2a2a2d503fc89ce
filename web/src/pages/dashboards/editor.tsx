import { Alert, Button, Group, Skeleton, Text, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconGripVertical, IconPlus } from '@tabler/icons-react';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, Suspense, useCallback, useRef, useState } from 'react';
import { ProblemError } from '../../api/http.ts';
import type { SavedDashboard, SavedReport } from '../../api/wire.ts';
import { Confirm } from '../../components/confirm.tsx';
import { lazily } from '../../components/lazily.tsx';
import { Rename } from '../../components/rename.tsx';
import { present } from '../../components/search.ts';
import { Empty, Failure } from '../../components/states.tsx';
import { AddTile } from './add-tile.tsx';
import classes from './board.module.css';
import { compacted, type GridPosition, inOrder, moved, type PlacedTile, positionFor, resized } from './layout.ts';
import { type Tile, useChange } from './queries.ts';
import { nameOf, TileView } from './tile.tsx';
import { TileMenu } from './tile-menu.tsx';

const Arrange = lazily(() => import('./arrange.tsx'), 'Arrange');

type Draft = Tile & PlacedTile;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const HELP = 'Arrow keys move this tile; Shift + arrow keys resize it.';

export interface EditorProps {
  readonly app: string;
  readonly board: SavedDashboard;
  readonly reports: readonly SavedReport[];
  onDone(): void;
  /** Loads what is currently saved. */
  onReload(): Promise<SavedDashboard | undefined>;
}

/** A dashboard being edited: nothing is saved before *Save* is pressed. */
export function Editor({ app, board, reports, onDone, onReload }: EditorProps) {
  const [tiles, setTiles] = useState<readonly Draft[]>(() =>
    compacted(board.tiles.map((tile, i) => ({ ...tile, key: `tile-${i}` }))),
  );
  const [version, setVersion] = useState(board.version);
  const [said, setSaid] = useState('');
  const [isAdding, setAdding] = useState(board.tiles.length === 0);
  const [renamed, setRenamed] = useState<Draft>();
  const isWide = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false });
  const navigate = useNavigate();
  const change = useChange(app);
  const first = useRef(tiles);
  const isChanged = JSON.stringify(first.current) !== JSON.stringify(tiles);
  const leaving = useBlocker({
    shouldBlockFn: () => isChanged,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  });
  const isStale = change.error instanceof ProblemError && change.error.is('VERSION_STALE');

  const save = (against: number): void =>
    change.mutate(
      { id: board.id, change: { version: against, tiles: tiles.map(({ key: _, ...tile }) => tile) } },
      { onSuccess: onDone },
    );
  const step = (tile: Draft, [a, b]: readonly [number, number], isSize: boolean): void => {
    const after = isSize ? resized(tiles, tile.key, a, b) : moved(tiles, tile.key, a, b);
    setTiles(after);
    const now = after.find(({ key }) => key === tile.key)!;
    setSaid(`${nameOf(now, reports)}: column ${now.x + 1}, row ${now.y + 1}, ${now.w} wide, ${now.h} high.`);
  };
  const onKey = (tile: Draft) => (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    step(tile, arrow, event.shiftKey);
  };
  const onPositions = useCallback(
    (positions: ReadonlyMap<string, GridPosition>) =>
      setTiles((before) => {
        const isSame = before.every((tile) => {
          const at = positions.get(tile.key);
          return !at || (at.x === tile.x && at.y === tile.y && at.w === tile.w && at.h === tile.h);
        });
        return isSame ? before : before.map((tile) => ({ ...tile, ...positions.get(tile.key) }));
      }),
    [],
  );
  const open = (tile: Draft): void => {
    const report = reports.find(({ id }) => id === tile.report);
    const q = tile.question ?? report?.question;
    void navigate({
      to: '/apps/$app/explore',
      params: { app },
      search: present({ q, chart: tile.chart ?? report?.chart }),
    });
  };
  const shown = (tile: Draft, isPlaced: boolean) => (
    <TileView
      key={tile.key}
      app={app}
      tile={tile}
      reports={reports}
      range={{}}
      isPlaced={isPlaced}
      handle={
        <UnstyledButton
          className={`${classes['handle']} tile-handle`}
          aria-label={`Move ${nameOf(tile, reports)}. ${HELP}`}
          title={HELP}
          onKeyDown={onKey(tile)}
          w={24}
          h={24}
        >
          <IconGripVertical size={16} aria-hidden />
        </UnstyledButton>
      }
      actions={
        <TileMenu
          name={nameOf(tile, reports)}
          onMove={(dx, dy) => step(tile, [dx, dy], false)}
          onResize={(dw, dh) => step(tile, [dw, dh], true)}
          onRename={() => setRenamed(tile)}
          onEdit={() => open(tile)}
          onRemove={() => setTiles((before) => compacted(before.filter(({ key }) => key !== tile.key)))}
        />
      }
    />
  );

  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Drag to move, drag a corner to resize. Arrow keys on the handle work too.
        </Text>
        <Group gap="xs">
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            Add tile
          </Button>
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button onClick={() => save(version)} loading={change.isPending}>
            Save
          </Button>
        </Group>
      </Group>
      {isStale && (
        <Alert variant="default" color="yellow" title="Someone else changed this dashboard" role="alert">
          <Text size="sm" mb="xs">
            Load their version and discard your changes, or save yours over it.
          </Text>
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              onClick={async () => {
                await onReload();
                onDone();
              }}
            >
              Load their version
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={async () => {
                const now = await onReload();
                if (!now) return;
                setVersion(now.version);
                save(now.version);
              }}
            >
              Save my version
            </Button>
          </Group>
        </Alert>
      )}
      {change.error && !isStale && <Failure error={change.error} />}
      <div role="status" aria-live="polite" style={{ position: 'absolute', left: -9999 }}>
        {said}
      </div>
      {tiles.length === 0 && (
        <Empty title="No tiles yet" action={<Button onClick={() => setAdding(true)}>Add tile</Button>}>
          A tile shows a saved report or its own query.
        </Empty>
      )}
      {isWide ? (
        <Suspense fallback={<Skeleton h={400} />}>
          <Arrange tiles={tiles} handle=".tile-handle" onPositions={onPositions}>
            {(key) => {
              const tile = tiles.find((one) => one.key === key);
              return tile && shown(tile, false);
            }}
          </Arrange>
        </Suspense>
      ) : (
        <div className={classes['grid']}>{inOrder(tiles).map((tile) => shown(tile, true))}</div>
      )}
      {leaving.status === 'blocked' && (
        <Confirm
          title="Discard your changes?"
          action="Discard"
          cancel="Keep editing"
          isBusy={false}
          error={undefined}
          onConfirm={leaving.proceed}
          onClose={leaving.reset}
        >
          The changes to the layout of {board.name} are not saved.
        </Confirm>
      )}
      {isAdding && (
        <AddTile
          app={app}
          reports={reports}
          onAdd={(tile) => {
            setTiles((before) => [
              ...before,
              { ...tile, ...positionFor(before, 6, 4), key: `new-${before.length}-${Date.now()}` },
            ]);
            setAdding(false);
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {renamed && (
        <Rename
          title="Rename tile"
          name={nameOf(renamed, reports)}
          onSave={(name) => {
            setTiles((before) => before.map((tile) => (tile.key === renamed.key ? { ...tile, name } : tile)));
            setRenamed(undefined);
          }}
          onClose={() => setRenamed(undefined)}
        />
      )}
    </>
  );
}
