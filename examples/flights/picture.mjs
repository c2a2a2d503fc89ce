// The daily series and the groups as one SVG, in colours that are legible on white and on black.
const WIDTH = 760;
const HEIGHT = 250;
const LEFT = 44;
const TOP = 46;
const CHART = { width: 470, height: 160 };
const BARS_LEFT = 590;

export function pictureOf(series, { groups, other }) {
  const peak = Math.max(...series.map(({ total }) => total));
  const ceiling = Math.ceil(peak / 100) * 100;
  const x = (index) => LEFT + (index * CHART.width) / series.length;
  const y = (total) => TOP + CHART.height * (1 - total / ceiling);
  const columns = series.map(({ total }, index) => {
    const width = (CHART.width / series.length - 1).toFixed(2);
    return `<rect class="a" x="${x(index).toFixed(1)}" y="${y(total).toFixed(1)}" width="${width}" height="${(TOP + CHART.height - y(total)).toFixed(1)}"/>`;
  });
  const lines = [0, ceiling / 2, ceiling].map(
    (total) =>
      `<line x1="${LEFT}" x2="${LEFT + CHART.width}" y1="${y(total)}" y2="${y(total)}"/><text class="r" x="${LEFT - 8}" y="${y(total) + 4}">${total}</text>`,
  );
  const months = series.flatMap(({ from }, index) => {
    const name = new Date(from).toLocaleDateString('en', { month: 'long', timeZone: 'America/Chicago' });
    const date = new Date(from).toLocaleDateString('en', { day: 'numeric', timeZone: 'America/Chicago' });
    return date === '1' ? [`<text x="${x(index).toFixed(1)}" y="${TOP + CHART.height + 20}">${name}</text>`] : [];
  });
  const most = groups[0].total;
  const named = groups.map(({ value, total }, index) => {
    const top = TOP + index * 32;
    const width = ((total / most) * 110).toFixed(1);
    return `<text x="${BARS_LEFT - 8}" y="${top + 15}" class="r">${escaped(value)}</text><rect class="b" x="${BARS_LEFT}" y="${top}" width="${width}" height="20" rx="2"/><text x="${BARS_LEFT + Number(width) + 6}" y="${top + 15}">${total.toLocaleString('en')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Flights a day in the first quarter of 2001, and the airports most left from">
<style>text{font:12px system-ui,sans-serif;fill:#6e7781}.r{text-anchor:end}.h{font-weight:600;fill:#57606a}line{stroke:#8b949e;stroke-opacity:.35}.a{fill:#2f81f7}.b{fill:#1f9e89}@media(prefers-color-scheme:dark){text{fill:#9da7b1}.h{fill:#c9d1d9}}</style>
<text class="h" x="${LEFT}" y="24">Flights a day</text><text class="h" x="${BARS_LEFT}" y="24">Most from</text>
${lines.join('')}
${columns.join('')}
${months.join('')}
${named.join('')}
<text x="${BARS_LEFT}" y="${TOP + groups.length * 32 + 15}">${other.total.toLocaleString('en')} from elsewhere</text>
</svg>
`;
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
