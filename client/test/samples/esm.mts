// Compiled, never run: the types as an ES module sees them.
import type { RequestListener } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import seismoDefault, {
  type Analysis,
  type Client,
  createClient,
  type Drop,
  type Question,
  SeismoError,
  type StoredEvent,
  seismo,
} from 'seismo-client';
import { seismoExpress } from 'seismo-client/express';
import { seismoFastify } from 'seismo-client/fastify';

const client: Client = createClient({
  server: 'https://seismo.example.com',
  app: 'shop',
  key: 'sk_x',
  whenFull: 'block',
  onDrop: (event, drop: Drop) => console.log(event.uuid, drop.reason, drop.code),
});
await client.track('order paid', { amount: 42 }, { user: 'ann', timestamp: new Date() });
client.track({ id: 'x', event: 'X' });
const events: readonly StoredEvent[] = await client.query({
  event: 'order paid',
  'data.plan': 'pro',
  data: { ms: { gte: 5 } },
});
const total: number = (await client.report({ report: 'day', date: '2026-01-02', interval: 'hour' })).total;
for await (const { uuid, data } of client.events()) console.log(uuid, data);
const trend = await client.analyze({ kind: 'trend', last: '7d', series: [{ event: 'order paid', measure: 'users' }] });
const value: number | null | undefined = trend.result.series[0]?.points?.[0]?.value;
const funnel = await client.analyze({ kind: 'funnel', last: '7d', steps: [{ event: 'a' }, { event: 'b' }] });
console.log(value, funnel.result.steps[1]?.conversion, funnel.columns[0]?.type);
// @ts-expect-error: a trend has no steps
console.log(trend.result.steps);
// @ts-expect-error: a funnel has two steps or more, and this one none
await client.analyze({ kind: 'funnel', last: '7d' });
const sent: boolean = await client.flush({ timeoutMs: 5 });
try {
  await client.groups({ attr: 'plan' });
} catch (error) {
  if (error instanceof SeismoError && error.code === 'PARAMETER_INVALID') console.log(error.field);
}
// Each kind of question has a result of its own.
const retention = await client.analyze({ kind: 'retention', start: { event: 'a' }, interval: 'week', last: '8w' });
const users: number = retention.result.cohorts[0]!.periods[0]!.users;
const rows: readonly (readonly unknown[])[] = (await client.analyze({ kind: 'sql', sql: 'SELECT 1' })).result.rows;
const question: Question = { kind: 'sessions', last: '7d' };
const any: Analysis = await client.analyze(question);
if (any.kind === 'sessions') console.log(any.result.bounceRate, any.timeZone, users, rows);
const call = seismo('my-web-app', {
  server: 'https://seismo.example.com',
  credentials: { username: 'u', password: 'p' },
});
call('application started', (error, posted) => console.log(error?.message, posted?.event));
seismoDefault('a', { server: 'https://seismo.example.com' });
console.log(events.length, total, sent);

// @ts-expect-error server is missing
createClient({ app: 'shop' });
// @ts-expect-error there is no such policy
createClient({ server: 'https://seismo.example.com', app: 'shop', whenFull: 'explode' });
// @ts-expect-error an hour is a number
client.report({ report: 'hour', hour: 'noon' });
// @ts-expect-error there is no such kind
client.analyze({ kind: 'horoscope' });
// @ts-expect-error data is an object
client.track('a', 'b');

const app = express();
const middleware = seismoExpress({ client });
app.use(
  middleware.requests({ user: (request) => request.headers['x-user']?.toString(), skip: ['/health', /^\/static/] }),
);
app.post('/login', middleware.trackEvent('user logged on'), (_request, response) => void response.sendStatus(204));
app.use(middleware.errors());
export const listener: RequestListener = app;

const server = fastify();
await server.register(seismoFastify, { client, sample: 0.5 });
