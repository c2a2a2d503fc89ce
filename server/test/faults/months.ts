/** Events with everything that `data` can hold, and how a user reads them. */
import { type Servers, uuidOf } from './harness.ts';

/** 90 events in three years, app `months`, with everything that `data` can hold. */
export async function seedMonths(servers: Servers, random: () => number): Promise<void> {
  const events = Array.from({ length: 90 }, (_, i) => ({
    event: `seen ${i % 3}`,
    uuid: uuidOf(random),
    ...(i % 2 === 0 ? { user: `Zoë ${i % 5}` } : { device: `device-${i % 4}` }),
    timestamp: Date.UTC(2018 + Math.floor(i / 36), Math.floor(i / 3) % 12, 1 + (i % 28), i % 24),
    data: { n: i, none: null, empty: '', zero: 0, yes: true, 'a.b': { c: [1, { d: '🦊' }] }, text: 'it\'s\n"x"' },
  }));
  const { status, text } = await servers.ask('POST', '/api/events/months', JSON.stringify(events), {
    'content-type': 'application/json',
  });
  if (status !== 200) throw new Error(text);
}

/** As a user reads them: the whole file of an export, in the order of time. */
export async function exported(servers: Servers, app: string): Promise<string> {
  const { status, text } = await servers.ask('GET', `/api/events/${app}?order=asc`, undefined, {
    accept: 'application/x-ndjson',
  });
  if (status !== 200) throw new Error(text);
  return text;
}
