import { Text } from '@mantine/core';
import { type CSSProperties, useState } from 'react';
import { count, percent } from '../../components/formats.ts';
import { countryName } from './cards.ts';
import classes from './web.module.css';

/** Made when the dashboard is built (web/scripts/world-map.mjs). */
declare const WORLD_MAP: {
  readonly width: number;
  readonly height: number;
  /** SVG paths by the code of the country. */
  readonly shapes: Readonly<Record<string, string>>;
  /** Where those are that are too small to be drawn. */
  readonly dots: Readonly<Record<string, readonly [number, number]>>;
};
const map = WORLD_MAP;

export interface Country {
  readonly code: string;
  readonly size: number;
  readonly isChosen: boolean;
}

interface WorldMapProps {
  readonly countries: readonly Country[];
  /** What is counted: `visitors`. */
  readonly of: string;
  readonly total: number;
  onChoose(code: string): void;
}

const DOT = 3;

/** The darker a country, the more came from there. The tab Countries says the same to screen readers and keyboards. */
export function WorldMap({ countries, of, total, onChoose }: WorldMapProps) {
  const [pointed, setPointed] = useState<string>();
  const known = new Map(countries.map((country) => [country.code, country]));
  const most = Math.max(1, ...countries.map(({ size }) => size));
  const textOf = ({ code, size }: Country): string =>
    `${countryName(code)}: ${count(size)} ${size === 1 ? of.replace(/s$/, '') : of}${total > 0 ? ` (${percent(size / total)})` : ''}`;
  const propsOf = (code: string) => {
    const country = known.get(code);
    if (country === undefined) return {};
    // By the root: a country with a hundredth of the visitors is still seen.
    const style = { '--share': `${Math.round(Math.sqrt(country.size / most) * 100)}%` } as CSSProperties;
    return {
      'data-share': country.size,
      'data-country': code,
      ...(country.isChosen && { 'data-chosen': true }),
      style,
      onClick: () => onChoose(code),
      onPointerEnter: () => setPointed(code),
      onPointerLeave: () => setPointed(undefined),
    };
  };
  const country = pointed === undefined ? undefined : known.get(pointed);
  return (
    <>
      <svg
        className={classes['map']}
        viewBox={`0 0 ${map.width} ${map.height}`}
        role="img"
        aria-label={`Map of ${of}. ${countries.slice(0, 5).map(textOf).join('; ')}`}
      >
        {Object.entries(map.shapes).map(([code, path]) => (
          <path key={code} d={path} {...propsOf(code)} />
        ))}
        {Object.entries(map.dots)
          .filter(([code]) => known.has(code))
          .map(([code, [x, y]]) => (
            <circle key={code} cx={x} cy={y} r={DOT} {...propsOf(code)} />
          ))}
      </svg>
      <Text size="xs" c="dimmed" h={20} truncate>
        {country ? textOf(country) : 'Click a country to filter by it.'}
      </Text>
    </>
  );
}
