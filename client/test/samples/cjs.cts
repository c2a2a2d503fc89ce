// Compiled, never run: the types as a CommonJS module sees them.
import seismo = require('seismo-client');

import { type Client, createClient } from 'seismo-client';
import { seismoExpress } from 'seismo-client/express';
import { seismoFastify } from 'seismo-client/fastify';

const client: Client = createClient({ server: 'https://seismo.example.com', app: 'shop', key: 'sk_x' });
client.track('order paid', { amount: 42 });
client
  .analyze({ kind: 'paths', last: '7d' })
  .then(({ result }) => console.log(result.nodes[0]?.total satisfies number | undefined, result.links.length));
const events = seismo('my-web-app', { server: 'https://seismo.example.com', credentials: { token: 'ghp_x' } });
events('application started', { version: '1' }, (error) => console.log(error));
events.report({ report: 'week', week: '2026-01-05' }, (error, report) => console.log(error, report?.total));
const other: seismo.Client = seismo.createClient({ server: 'https://seismo.example.com', app: 'shop' });
console.log(other.pending, seismoExpress({ client }).client, seismoFastify);

// @ts-expect-error the first argument is the name of the app
seismo({ server: 'https://seismo.example.com' });
