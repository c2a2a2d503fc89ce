/** A visitor who stores nothing and goes on over midnight, from the post to the answer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, openApp } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { loggerOf } from '../../src/system/logger.ts';

let dataDir: string;
let app: App;
let now = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-midnight-'));
  const config = await loadConfig({
    directory: dataDir,
    environment: {},
    given: { dataDir, logLevel: 'silent', timeZone: 'America/New_York' },
  });
  app = await openApp(config, { logger: loggerOf(config), now: () => now });
});
afterAll(async () => {
  await app?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('is one user and one session, of the day on which it began', async () => {
  // 23:50, 00:05 and 00:20 in New York, five hours behind; then the same browser again at 09:00, which is another visitor.
  for (const at of ['2026-03-03T04:50:00Z', '2026-03-03T05:05:00Z', '2026-03-03T05:20:00Z', '2026-03-03T14:00:00Z']) {
    now = Date.parse(at);
    const device = app.ingest.dailyDevice('shop', '192.0.2.1', 'Firefox');
    await app.ingest.post('shop', Buffer.from('{"event":"page viewed"}'), now, device);
  }
  const ask = async (question: object) => {
    const control = { maxSeconds: 30, maxBytes: 10 ** 9, maxRows: 10 ** 9 };
    const { answer } = await app.analysis.ask('shop', question, { isFresh: true, control });
    return answer.result;
  };
  const range = { from: '2026-03-02', to: '2026-03-03' };
  expect(await ask({ kind: 'sessions', ...range })).toMatchObject({ sessions: 2 });
  const { series } = (await ask({ kind: 'trend', ...range, series: [{ measure: 'users' }] })) as {
    series: readonly { readonly total: number }[];
  };
  expect(series[0]!.total).toBe(2);
});
