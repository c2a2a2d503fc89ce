/** The positions of tiles while they are arranged: 12 columns, no overlaps, everything as far up as possible. */
export const COLUMNS = 12;
export const ROW_PX = 76;
export const GAP_PX = 16;
const HEIGHT_MAX = 20;

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface PlacedTile extends GridPosition {
  readonly key: string;
}

const overlap = (a: GridPosition, b: GridPosition): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

export const inOrder = <T extends GridPosition>(positions: readonly T[]): T[] =>
  [...positions].sort((a, b) => a.y - b.y || a.x - b.x);

/** @param order tiles placed first; later ones give way */
function settle<T extends PlacedTile>(order: readonly T[]): T[] {
  const done: T[] = [];
  for (const tile of order) {
    const fits = (y: number): boolean => !done.some((other) => overlap(other, { ...tile, y }));
    let { y } = tile;
    while (!fits(y)) y++;
    while (y > 0 && fits(y - 1)) y--;
    done.push({ ...tile, y });
  }
  return done;
}

const same = (a: readonly PlacedTile[], b: readonly PlacedTile[]): boolean =>
  a.every((tile) => {
    const other = b.find(({ key }) => key === tile.key);
    return other?.x === tile.x && other.y === tile.y && other.w === tile.w && other.h === tile.h;
  });

/** The positions in the original order, after `settle`. */
const back = <T extends PlacedTile>(tiles: readonly T[], settled: readonly T[]): T[] =>
  tiles.map(({ key }) => settled.find((tile) => tile.key === key)!);

export const compacted = <T extends PlacedTile>(tiles: readonly T[]): T[] => back(tiles, settle(inOrder(tiles)));

/** One step sideways, up or down: by as many rows as it takes to change anything. */
export function moved<T extends PlacedTile>(tiles: readonly T[], key: string, dx: number, dy: number): readonly T[] {
  const before = compacted(tiles);
  const tile = before.find((one) => one.key === key);
  if (!tile) return tiles;
  const rest = before.filter((one) => one !== tile);
  const bottom = Math.max(0, ...before.map(({ y, h }) => y + h));
  for (let step = 1; step <= bottom + 1; step++) {
    const x = Math.min(COLUMNS - tile.w, Math.max(0, tile.x + dx));
    const y = Math.max(0, tile.y + dy * step);
    const target = { ...tile, x, y };
    // A tile that moves down lets the tiles it meets pass; otherwise it goes first.
    const order =
      dy > 0
        ? inOrder([...rest, target]).sort((a, b) => a.y - b.y || Number(a === target) - Number(b === target))
        : inOrder([target, ...rest]).sort((a, b) => a.y - b.y || Number(b === target) - Number(a === target));
    // Sideways, nothing may be in the way of the tile that moves.
    const after = back(tiles, settle(dy === 0 ? [target, ...order.filter((one) => one !== target)] : order));
    if (!same(before, after)) return after;
    if (dy === 0) break;
  }
  return before;
}

export function resized<T extends PlacedTile>(tiles: readonly T[], key: string, dw: number, dh: number): readonly T[] {
  const tile = tiles.find((one) => one.key === key);
  if (!tile) return tiles;
  const target = {
    ...tile,
    w: Math.min(COLUMNS - tile.x, Math.max(1, tile.w + dw)),
    h: Math.min(HEIGHT_MAX, Math.max(1, tile.h + dh)),
  };
  const order = inOrder([target, ...tiles.filter((one) => one !== tile)]);
  return back(tiles, settle(order));
}

/** Where a new tile goes: below everything, or right of the last row where there is room. */
export function positionFor(tiles: readonly GridPosition[], w: number, h: number): GridPosition {
  const bottom = Math.max(0, ...tiles.map((tile) => tile.y + tile.h));
  for (let y = 0; y < bottom; y++)
    for (let x = 0; x + w <= COLUMNS; x++) {
      const position = { x, y, w, h };
      if (!tiles.some((tile) => overlap(tile, position))) return position;
    }
  return { x: 0, y: bottom, w, h };
}
