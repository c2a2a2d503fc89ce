// The map of the page Web: the countries of Natural Earth (public domain), projected when the dashboard is built, so that a browser draws paths and needs no library.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoCentroid, geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';

const WIDTH = 960;
const require = createRequire(import.meta.url);
/** Shapes without a number of ISO 3166-1, by the code that databases of addresses use there. */
const UNNUMBERED = { Kosovo: 'XK', 'N. Cyprus': 'CY', Somaliland: 'SO' };
/** Nobody lives there, and it would take a fifth of the height. */
const LEFT_OUT = 'AQ';

/** @returns {{width: number, height: number, shapes: Record<string, string>, dots: Record<string, [number, number]>}} by country code: SVG paths, and for countries too small to be drawn, where they are */
export function worldMap() {
  const coarse = shapesOf('countries-110m.json');
  const all = { type: 'FeatureCollection', features: coarse.map(([, shape]) => shape) };
  const projection = geoNaturalEarth1().precision(0).fitWidth(WIDTH, all);
  const path = geoPath(projection);
  const shapes = {};
  for (const [code, shape] of coarse) shapes[code] = (shapes[code] ?? '') + shortened(path(shape) ?? '');
  const small = shapesOf('countries-50m.json').filter(([code]) => !(code in shapes));
  const dots = Object.fromEntries(small.map(([code, shape]) => [code, projection(geoCentroid(shape)).map(Math.round)]));
  return { width: WIDTH, height: Math.ceil(path.bounds(all)[1][1]), shapes, dots };
}

function shapesOf(file) {
  const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/${file}`), 'utf8'));
  return feature(topology, topology.objects.countries).features.flatMap((shape) => {
    const code = shape.id === undefined ? UNNUMBERED[shape.properties.name] : codeOf(shape.id);
    return code === undefined || code === LEFT_OUT ? [] : [[code, shape]];
  });
}

/** `756` is `CH`. */
const codeOf = (number) => new Intl.Locale(`und-${number}`).region;

/** Whole pixels, each relative to the one before: half the size. */
function shortened(path) {
  return path
    .split('M')
    .slice(1)
    .map((ring) => {
      const points = ring
        .replace('Z', '')
        .split('L')
        .map((point) => point.split(',').map((number) => Math.round(Number(number))));
      let [x, y] = points[0];
      let text = `M${x},${y}`;
      let isLine = false;
      for (const [nextX, nextY] of points.slice(1)) {
        if (nextX === x && nextY === y) continue;
        text += `${isLine ? ' ' : 'l'}${nextX - x},${nextY - y}`;
        isLine = true;
        [x, y] = [nextX, nextY];
      }
      return isLine ? `${text}Z` : '';
    })
    .join('');
}
