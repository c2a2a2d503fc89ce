import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { aRealServer, type RealServer } from './real-server.ts';

let server: RealServer | undefined;
afterAll(async () => {
  await server?.remove();
});

it('/ready answers 503 from when the memory of the engine is used up with nothing running until it was restarted', async () => {
  server = await aRealServer({ args: ['--engine-memory-bytes', '700000000'] });
  const { url, dataDir, headers, log } = server;
  const ready = async (): Promise<number> => (await fetch(`${url}/ready`)).status;
  expect(await ready()).toBe(200);
  await fetch(`${url}/api/events/shop`, { method: 'POST', headers, body: JSON.stringify({ event: 'view' }) });

  // No caller can fill it: 200 zones that SQL may not name, 4.5 MB each and kept for good, are used past the server.
  const engine = openConnection({ socketPath: join(dataDir, 'run', 'engine.sock') }, { logger: { warn() {} } });
  const zones = Array.from({ length: 200 }, (_, i) => {
    const [minutes, seconds] = [Math.floor(i / 60), i % 60].map((part) => String(part).padStart(2, '0'));
    return `toHour(now(), 'Fixed/UTC+00:${minutes}:${seconds}')`;
  });
  const grouped = 'SELECT count() AS n FROM (SELECT number FROM numbers(3000000) GROUP BY number)';
  await engine.query(`SELECT ${zones.join(', ')}`).catch(() => {});
  await engine.query(grouped).catch(() => {});
  await engine.close();

  const ups = (): number => log.filter((line) => line.includes('"engine up"')).length;
  const seen: number[] = [];
  await expect.poll(async () => [seen.push(await ready()), ups()].at(1), { timeout: 60_000, interval: 10 }).toBe(2);
  expect(seen).toContain(503);
  expect(log.join('\n')).toContain('fail for memory with nothing running');
  await expect.poll(ready, { timeout: 10_000 }).toBe(200);
  // All is there, and what was acknowledged is counted.
  const report = await fetch(`${url}/api/reports/day/shop`, { headers });
  expect(await report.json()).toMatchObject({ total: 1 });
}, 120_000);
