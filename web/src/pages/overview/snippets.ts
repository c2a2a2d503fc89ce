/** How to send the first event, ready to be pasted; a test runs them. */
export interface Snippet {
  readonly id: 'curl' | 'node' | 'express' | 'page';
  readonly label: string;
  /** What to do with it. */
  readonly how: string;
  readonly code: string;
}

export const NO_KEY = 'YOUR_WRITE_KEY';

/**
 * @param server without a slash at its end
 * @param app letters, digits, dots, underscores and hyphens alone, as the server takes them: nothing that a shell or a program would read as its own
 */
export const snippetsOf = (server: string, app: string, key = NO_KEY): readonly Snippet[] => [
  {
    id: 'curl',
    label: 'curl',
    how: 'Run this in a terminal.',
    code: `curl '${server}/api/events/${app}' \\
  -H 'X-Access-Token: ${key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"event": "hello seismo", "user": "ann", "data": {"plan": "pro"}}'`,
  },
  {
    id: 'node',
    label: 'Node',
    how: 'Run npm install seismo-client, save this as hello.mjs and run node hello.mjs.',
    code: `import { createClient } from 'seismo-client';

const seismo = createClient({
  server: '${server}',
  app: '${app}',
  key: '${key}',
});

seismo.track('hello seismo', { plan: 'pro' }, { user: 'ann' });
await seismo.close();`,
  },
  {
    id: 'express',
    label: 'Express',
    how: 'Run npm install express seismo-client. Every request and error is tracked as an event.',
    code: `import express from 'express';
import { seismoExpress } from 'seismo-client/express';

const seismo = seismoExpress({
  server: '${server}',
  app: '${app}',
  key: '${key}',
});

const app = express();
app.use(seismo.requests());
app.get('/', (request, response) => response.send('Hello'));
app.use(seismo.errors());
app.listen(3000);`,
  },
  {
    id: 'page',
    label: 'Script tag',
    how: 'Add this to the <head> of your pages. It tracks page views, web vitals and errors, without cookies.',
    code: `<script defer src="${server}/seismo.js" data-app="${app}" data-key="${key}"></script>`,
  },
];
