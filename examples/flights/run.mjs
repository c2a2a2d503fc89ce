// `npm run example`: starts a server on an empty directory, imports the flights, asks questions and draws the answers.
// `npm run example -- --svg FILE` also writes the daily series as a picture.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare } from '../../scripts/prepare.mjs';
import { askAll, importFlights } from './flights.mjs';
import { pictureOf } from './picture.mjs';

const { values: options } = parseArgs({ options: { svg: { type: 'string' } } });
prepare();
const { start } = await import('seismo');
const folder = mkdtempSync(join(tmpdir(), 'seismo-flights-'));
const dataDir = join(folder, 'data');
const server = await start({ dataDir, port: 0, logLevel: 'warn' });
try {
  const body = JSON.stringify({ username: server.firstAdmin.user, password: server.firstAdmin.password });
  const { token } = await (await fetch(`${server.url}/auth`, { method: 'POST', body })).json();
  const { accepted } = await importFlights(dataDir, folder);
  const answers = await askAll(server.url, token);
  const { hour, day, week, month, period, origins, daily } = answers;
  const count = (number) => number.toLocaleString('en').padStart(6);
  console.log(`${count(accepted)} flights imported`);
  console.log(`${count(hour.total)} departed on 14 January 2001 from 21:00 to 22:00 in Chicago`);
  console.log(
    `${count(day.total)} on 12 February, ${week.total.toLocaleString('en')} in its week, ${month.total.toLocaleString('en')} in February`,
  );
  console.log(`${count(period.total)} from 10 January to 20 March`);
  console.log('\nMost from');
  const most = origins.groups[0].total;
  for (const { value, total } of origins.groups)
    console.log(`  ${value} ${'█'.repeat(Math.round((total / most) * 40)).padEnd(40)} ${count(total)}`);
  console.log('\nA day');
  const peak = Math.max(...daily.series.map(({ total }) => total));
  const bars = ' ▁▂▃▄▅▆▇█';
  console.log(`  ${daily.series.map(({ total }) => bars[Math.round((total / peak) * 8)]).join('')}`);
  console.log(`  1 January${'31 March'.padStart(daily.series.length - 9)}   most: ${peak}`);
  if (options.svg) writeFileSync(options.svg, pictureOf(daily.series, origins));
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
