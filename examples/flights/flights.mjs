// 20,000 real flights of the first quarter of 2001, as the package vega-datasets ships them, each as one event.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** `node_modules/vega-datasets/data/flights-20k.json`: an array of {date, delay, distance, origin, destination}. */
export const FLIGHTS = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/flights-20k.json', import.meta.url),
);
export const APP = 'flights';
const ZONE = 'America/Chicago';
const SEISMO = fileURLToPath(new URL('../../server/bin/seismo.js', import.meta.url));

/** Writes the array as NDJSON and imports it into the server of the data directory. @returns the output of `seismo import --json` */
export async function importFlights(dataDir, folder) {
  const path = join(folder, 'flights.ndjson');
  const flights = JSON.parse(readFileSync(FLIGHTS, 'utf8'));
  writeFileSync(path, flights.map((flight) => `${JSON.stringify(flight)}\n`).join(''));
  const options = ['--event', 'flight departed', '--time', 'date', '--time-zone', ZONE, '--data', dataDir, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [SEISMO, 'import', path, '--app', APP, ...options]);
  return JSON.parse(stdout);
}

/** The questions, each as its path. */
export const QUESTIONS = {
  hour: '/api/reports/hour/flights?date=2001-01-14&hour=21',
  day: '/api/reports/day/flights?date=2001-02-12',
  week: '/api/reports/week/flights?week=2001-02-14',
  month: '/api/reports/month/flights?month=2001-02',
  period: '/api/reports/period/flights?from=2001-01-10&to=2001-03-20',
  origins: '/api/groups/flights?attr=origin&from=2001-01-01&to=2001-03-31&limit=5',
  daily: '/api/reports/period/flights?from=2001-01-01&to=2001-03-31&interval=day',
};

/** Asks all of them. @returns answers by name */
export async function askAll(url, token) {
  const answers = {};
  for (const [name, path] of Object.entries(QUESTIONS)) {
    const response = await fetch(`${url}${path}&timeZone=${ZONE}`, { headers: { 'x-access-token': token } });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    answers[name] = await response.json();
  }
  return answers;
}
