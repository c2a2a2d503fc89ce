import { init } from 'echarts/core';
import type { ChartSpec } from './chart-spec.ts';
import type { Colours } from './colours.ts';

const LEGEND_PX = 26;
const PIXELS = 2;

/**
 * Draws the chart once more for a file: with its legend, which the page shows as text beside the chart, on the page's background.
 * @returns a `data:` URL
 */
export function pngOf({ option, legend }: ChartSpec, colours: Colours, width: number, height: number): string {
  const place = document.createElement('div');
  const below = legend.length > 1 ? LEGEND_PX : 0;
  const chart = init(place, undefined, { renderer: 'canvas', width, height: height + below, devicePixelRatio: PIXELS });
  try {
    const names = new Map(legend.map(({ series, label }) => [String(series), label]));
    chart.setOption({
      ...option,
      animation: false,
      textStyle: { fontFamily: 'sans-serif', color: colours.text },
      ...(below > 0 && {
        legend: {
          type: 'plain',
          bottom: 4,
          itemWidth: 10,
          itemHeight: 10,
          textStyle: { color: colours.text },
          data: legend.map(({ series, colour, shape }) => ({
            name: String(series),
            icon: shape === 'rect' ? 'roundRect' : shape,
            itemStyle: { color: colour },
          })),
          formatter: (name: string) => names.get(name) ?? '',
        },
      }),
    });
    if (below > 0 && option.grid) chart.setOption({ grid: { bottom: 26 + below } });
    return chart.getDataURL({ type: 'png', pixelRatio: PIXELS, backgroundColor: colours.body });
  } finally {
    chart.dispose();
  }
}
