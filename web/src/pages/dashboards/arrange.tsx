/** The grid while it is arranged. Only whoever changes a dashboard loads it; the others get a grid of the style sheet, of the same measures. */
import 'react-grid-layout/css/styles.css';
import { type ReactNode, useMemo } from 'react';
import { GridLayout, type Layout, useContainerWidth } from 'react-grid-layout';
import { COLUMNS, GAP_PX, type Place, type Placed, ROW_PX } from './layout.ts';

export interface ArrangeProps {
  readonly tiles: readonly Placed[];
  readonly handle: string;
  onPlaces(places: ReadonlyMap<string, Place>): void;
  children(key: string): ReactNode;
}

export function Arrange({ tiles, handle, onPlaces, children }: ArrangeProps) {
  const { width, mounted, containerRef } = useContainerWidth();
  const layout = useMemo(() => tiles.map(({ key, x, y, w, h }) => ({ i: key, x, y, w, h, minH: 1, minW: 1 })), [tiles]);
  /** Only what a pointer did: told of each change, the grid would answer a key with the places of the key before. */
  const take = (after: Layout): void =>
    onPlaces(new Map(after.map(({ i, x, y, w, h }) => [i, { x, y, w, h }] as const)));
  return (
    <div ref={containerRef}>
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
