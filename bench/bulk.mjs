// The engine's own bulk load: one client that inserts the same rows as JSONEachRow, 8 MB per request, over the same socket into
// the same table with the same roll-ups.

import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { anEvent, randomOf } from './events.mjs';

const PIECE_BYTES = 8_000_000;

/**
 * @param share where in the 90 days (0 to 1) the rows lie
 * @returns rows per second
 */
export async function bulkLoad(dataDir, rows, endMs, share) {
  const random = randomOf(9);
  const events = Array.from({ length: rows }, () => ({ ...anEvent(random, endMs, share), uuid: randomUUID() }));
  return await bulkLoadOf(dataDir, events);
}

/**
 * @param events an iterable, asynchronous or not, of the bench's events with their uuids
 * @returns rows per second while inserting; making the chunks is not counted
 */
export async function bulkLoadOf(dataDir, events) {
  const columns =
    'seq, journal, timestamp, receivedAt, clientTimestamp, day, zone, uuid, app, id, event, user, device, session, shape, data, texts, numbers, others';
  const search = new URLSearchParams({
    query: `INSERT INTO seismo.events (${columns}) FORMAT JSONEachRow`,
    database: 'seismo',
    max_partitions_per_insert_block: '0',
  });
  let lines = [];
  let bytes = 0;
  let rows = 0;
  let ms = 0;
  const send = async () => {
    const piece = Buffer.from(`${lines.join('\n')}\n`);
    lines = [];
    bytes = 0;
    const started = performance.now();
    await insert(join(dataDir, 'run', 'engine.sock'), `/?${search}`, piece);
    ms += performance.now() - started;
  };
  for await (const event of events) {
    const line = JSON.stringify(rowOf(event, rows++));
    lines.push(line);
    bytes += line.length + 1;
    if (bytes >= PIECE_BYTES) await send();
  }
  if (lines.length > 0) await send();
  return rows / (ms / 1000);
}

function insert(socketPath, path, body) {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, path, method: 'POST', headers: { 'content-length': body.length } },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(Buffer.concat(chunks).toString())),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

function rowOf(event, seq) {
  const texts = {};
  const numbers = {};
  const others = {};
  let shape = '';
  for (const [name, value] of Object.entries(event.data)) {
    const letter = value === 0 || typeof value === 'boolean' ? 'o' : typeof value === 'string' ? 't' : 'n';
    if (letter === 't') texts[name] = value;
    else if (letter === 'n') numbers[name] = value;
    else others[name] = String(value);
    shape += `${shape === '' ? '{' : ','}"${name}":${letter}`;
  }
  const time = new Date(event.timestamp).toISOString().slice(0, -1).replace('T', ' ');
  return {
    seq,
    journal: '99999999-0000-4000-8000-000000000000',
    timestamp: time,
    receivedAt: time,
    clientTimestamp: -1,
    day: time.slice(0, 10),
    zone: 0,
    uuid: event.uuid,
    app: 'bulk',
    id: event.event.replaceAll(' ', '-'),
    event: event.event,
    user: event.user,
    device: '',
    session: '',
    shape: `${shape}}`,
    data: '',
    texts,
    numbers,
    others,
  };
}
