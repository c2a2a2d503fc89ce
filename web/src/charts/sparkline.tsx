export interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** What it shows, for screen readers. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  /** The last value is not final: it is drawn dotted. */
  readonly isLastRunning?: boolean;
}

/** px around the line, so that its stroke and its last dot are not cut. */
const MARGIN = 3;

/** A line within a table row: plain SVG, so that it needs no chart library. Where nothing was measured, the line is broken. */
export function Sparkline({ values, label, width = 120, height = 28, isLastRunning = false }: SparklineProps) {
  const places = placesOf(values, width, height);
  const done = isLastRunning ? places.slice(0, -1) : places;
  const last = places.at(-1);
  const before = places.at(-2);
  const bottom = height - MARGIN;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {runsOf(done).map((run) => (
        <g key={run[0]!.x}>
          <path
            d={`M${run[0]!.x},${bottom} ${run.map(({ x, y }) => `L${x},${y}`).join(' ')} L${run.at(-1)!.x},${bottom}Z`}
            fill="var(--mantine-primary-color-light)"
          />
          <polyline
            points={run.map(({ x, y }) => `${x},${y}`).join(' ')}
            fill="none"
            stroke={LINE}
            strokeWidth={1.5}
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        </g>
      ))}
      {isLastRunning && last && before && (
        <line
          x1={before.x}
          y1={before.y}
          x2={last.x}
          y2={last.y}
          stroke={LINE}
          strokeWidth={1.5}
          strokeDasharray="2 3"
        />
      )}
      {last && <circle cx={last.x} cy={last.y} r={2} fill={LINE} />}
    </svg>
  );
}

/** Light enough on the dark body and dark enough on the light one: 3 to 1 (WCAG 1.4.11). */
const LINE = 'light-dark(var(--mantine-color-seismo-7), var(--mantine-color-seismo-4))';

interface SparkPoint {
  readonly x: number;
  readonly y: number;
}

/** @returns a point per value, undefined where nothing was measured; zero is at the bottom, unless there are negative values */
export function placesOf(
  values: readonly (number | null)[],
  width: number,
  height: number,
): readonly (SparkPoint | undefined)[] {
  const known = values.filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  const span = high - low || 1;
  const step = values.length > 1 ? (width - 2 * MARGIN) / (values.length - 1) : 0;
  const rounded = (value: number) => Math.round(value * 10) / 10;
  return values.map((value, i) =>
    value === null
      ? undefined
      : {
          x: rounded(MARGIN + i * step),
          y: rounded(height - MARGIN - ((value - low) / span) * (height - 2 * MARGIN)),
        },
  );
}

function runsOf(places: readonly (SparkPoint | undefined)[]): readonly (readonly SparkPoint[])[] {
  const runs: SparkPoint[][] = [];
  let isBroken = true;
  for (const place of places) {
    if (place && isBroken) runs.push([place]);
    else if (place) runs.at(-1)!.push(place);
    isBroken = place === undefined;
  }
  return runs;
}
