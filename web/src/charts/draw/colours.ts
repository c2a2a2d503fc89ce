/** The colours of charts. */
export interface Colours {
  readonly isDark: boolean;
  readonly text: string;
  readonly dimmed: string;
  readonly body: string;
  /** Grid lines. */
  readonly line: string;
  readonly series: readonly string[];
  /** Everything that is no series of its own: the other groups, paths that ended. */
  readonly rest: string;
}

/**
 * As many as a breakdown has groups by default. Can be told apart with protanopia, deuteranopia and tritanopia (Machado's matrices at full strength, distance in Oklab at least 0.08
 * for each pair), with a contrast of at least 3 to 1 to the body (WCAG 1.4.11). Found by taking the farthest candidate each time;
 * test/charts/colours.test.ts checks both.
 */
export const LIGHT = [
  '#0f766e',
  '#b8892d',
  '#5b21b6',
  '#c1351e',
  '#8f81e8',
  '#772703',
  '#bf4da8',
  '#5a3363',
  '#9909f3',
  '#24002d',
] as const;
export const DARK = [
  '#3fc0af',
  '#fcdd5b',
  '#9d7bea',
  '#c55f1d',
  '#93effd',
  '#1f8693',
  '#e79c27',
  '#b5bbfb',
  '#a21bfc',
  '#eafcc6',
] as const;
export const REST = { light: '#7a828a', dark: '#8b949c' } as const;
export const BODY = { light: '#ffffff', dark: '#242424' } as const;

/** Beyond the palette, colours repeat with other markers and patterns. */
export const colourOf = ({ series }: Colours, i: number): string => series[i % series.length]!;

const SCHEME = 'data-mantine-color-scheme';
export const schemeNow = (): 'light' | 'dark' =>
  document.documentElement.getAttribute(SCHEME) === 'dark' ? 'dark' : 'light';

/** @returns a function that ends it */
export function onScheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: [SCHEME] });
  return () => observer.disconnect();
}

/** A canvas does not know CSS variables: this returns their current values. */
export function readColours(scheme: 'light' | 'dark'): Colours {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string, otherwise: string) =>
    style.getPropertyValue(`--mantine-color-${name}`).trim() || otherwise;
  const isDark = scheme === 'dark';
  return {
    isDark,
    text: variable('text', isDark ? '#c9c9c9' : '#000000'),
    dimmed: variable('dimmed', isDark ? '#a6adb4' : '#5c636a'),
    body: variable('body', BODY[scheme]),
    line: isDark ? '#3d4146' : '#e6e9ec',
    series: isDark ? DARK : LIGHT,
    rest: REST[scheme],
  };
}

type Rgb = readonly [number, number, number];

/** @param colour `#rrggbb` or `#rgb` */
export function rgbOf(colour: string): Rgb {
  const digits = colour.slice(1);
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const at = (i: number) => Number.parseInt(long.slice(i, i + 2), 16);
  return [at(0), at(2), at(4)];
}

/** @param share of b, 0 to 1 */
export function mixed(a: string, b: string, share: number): string {
  const [one, other] = [rgbOf(a), rgbOf(b)];
  return `#${one
    .map((from, i) =>
      Math.round(from + (other[i]! - from) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** WCAG's relative luminance. */
function luminanceOf(colour: string): number {
  const [r, g, b] = rgbOf(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 to 21. */
export function contrastOf(a: string, b: string): number {
  const [one, other] = [luminanceOf(a), luminanceOf(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

export const inkOn = (ground: string): string =>
  contrastOf(ground, '#ffffff') >= contrastOf(ground, '#111111') ? '#ffffff' : '#111111';
