/** The grid while it is edited. Loaded only for editing; otherwise the grid is plain CSS with the same measures. */
import 'react-grid-layout/css/styles.css';
import { type ReactNode, useMemo } from 'react';
import { GridLayout, type Layout, useContainerWidth } from 'react-grid-layout';
import classes from './board.module.css';
import { COLUMNS, GAP_PX, type GridPosition, type PlacedTile, ROW_PX } from './layout.ts';

export interface ArrangeProps {
  readonly tiles: readonly PlacedTile[];
  readonly handle: string;
  onPositions(positions: ReadonlyMap<string, GridPosition>): void;
  children(key: string): ReactNode;
}

export function Arrange({ tiles, handle, onPositions, children }: ArrangeProps) {
  const { width, mounted, containerRef } = useContainerWidth();
  const layout = useMemo(() => tiles.map(({ key, x, y, w, h }) => ({ i: key, x, y, w, h, minH: 1, minW: 1 })), [tiles]);
  /** Only changes made with the pointer: if every change were reported, the grid would answer a key with the positions of the key before. */
  const take = (after: Layout): void =>
    onPositions(new Map(after.map(({ i, x, y, w, h }) => [i, { x, y, w, h }] as const)));
  return (
    <div ref={containerRef} className={classes['arranging']}>
      {mounted && (
        <GridLayout
          width={width}
          layout={layout}
          gridConfig={{ cols: COLUMNS, rowHeight: ROW_PX, margin: [GAP_PX, GAP_PX], containerPadding: [0, 0] }}
          dragConfig={{ handle, enabled: true }}
          resizeConfig={{ enabled: true, handles: ['se'] }}
          onDragStop={take}
          onResizeStop={take}
        >
          {tiles.map(({ key }) => (
            <div key={key}>{children(key)}</div>
          ))}
        </GridLayout>
      )}
    </div>
  );
}
