// A small Express application for bench/client-middleware.mjs, with the middleware when it is given an event server.
import { createServer } from 'node:http';
import { seismoExpress } from '../client/dist/express.js';

const [name, server] = process.argv.slice(2);
const { default: express } = await import(name);
const app = express();
let client;
if (server) {
  const seismo = seismoExpress({ server, app: 'bench', key: 'sk_x' });
  client = seismo.client;
  app.use(seismo.requests({ user: (request) => request.headers['x-user'] }));
}
app.get('/items/:id', (request, response) => response.json({ id: request.params.id }));
const listener = createServer(app).listen(0, '127.0.0.1', () => process.send(listener.address().port));
process.on('message', async () => {
  await client?.flush();
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
