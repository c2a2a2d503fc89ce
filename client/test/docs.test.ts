/** The examples of docs/send-events, run as they stand there, with the package as published and a real server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { aChromium } from './support/a-browser.ts';
import { type Installed, installPackage, ROOT } from './support/a-package.ts';
import { aSite } from './support/a-site.ts';
import { atEnd } from './support/fake-server.ts';
import { aRealServer, type RealServer } from './support/real-server.ts';

const FOLDER = join(ROOT, '../docs/send-events');
const PAGES = ['node', 'express', 'fastify', 'browser', 'serverless', 'first-client'];
/** The programs and tags of a page. */
function examplesOf(page: string): string[] {
  const text = readFileSync(join(FOLDER, `${page}.md`), 'utf8');
  return [...text.matchAll(/^```(?:js|html)\n([\s\S]*?)^```/gm)].map(([, example]) => example!);
}

let server: RealServer;
let installed: Installed;
beforeAll(async () => {
  server = await aRealServer();
  installed = installPackage();
  for (const name of ['express', 'fastify'])
    symlinkSync(join(ROOT, '../node_modules', name), join(installed.folder, 'node_modules', name));
});

const inApp = (app: string, example: string): string =>
  example.replace(/(app: '|seismo\('|data-app=")(shop|my-web-app)(?=['"])/, `$1${app}`);

async function aPort(): Promise<string> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  return String(typeof address === 'object' && address?.port);
}

/**
 * Runs an example as a program of its own; of what it says only the names and addresses are ours. Each test has an app of its own:
 * what it counts is its own, in whatever order they run.
 */
async function run(app: string, example: string, port = '3000'): Promise<ChildProcess & { output(): string }> {
  const text = inApp(app, example).replaceAll('https://seismo.example.com', server.url).replaceAll('3000', port);
  const file = join(installed.folder, `${app}.${text.includes('require(') ? 'cjs' : 'mjs'}`);
  writeFileSync(file, text);
  const child = spawn(process.execPath, [file], {
    env: {
      ...process.env,
      SEISMO_KEY: await server.key(app, 'write'),
      SEISMO_READ_KEY: await server.key(app, 'read'),
      SEISMO_USER: server.admin.username,
      SEISMO_PASSWORD: server.admin.password,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  atEnd(async () => child.kill());
  return Object.assign(child, { output: () => output });
}

/** What the server holds of an app, once there is so much. */
async function stored(app: string, name: string, count = 1) {
  const find = async () => (await server.events(app)).filter(({ event }) => event === name);
  await expect.poll(async () => (await find()).length, { timeout: 15_000 }).toBe(count);
  return await find();
}

/** Asks until the example listens. */
async function ask(port: string, path: string): Promise<number> {
  const attempt = () =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(attempt, { timeout: 15_000 }).toBeGreaterThan(0);
  return await attempt();
}

it.each(PAGES.filter((page) => page !== 'serverless'))('%s.md begins with at most five lines', (page) => {
  const [example] = examplesOf(page);
  expect(example!.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(5);
});

it('browser.md passes on the renamed script and posts with Next.js and a Worker, as browser/renamed.test.ts does', async () => {
  const [, , tag, next, worker] = examplesOf('browser') as [string, string, string, string, string];
  expect(tag).toContain('<script defer src="/a.js" data-app="shop"');
  const config = { exports: {} as { rewrites(): Promise<unknown> } };
  new Function('module', next)(config);
  expect(await config.exports.rewrites()).toEqual([
    { source: '/a.js', destination: 'https://seismo.example.com/a.js' },
    { source: '/in/:app', destination: 'https://seismo.example.com/in/:app' },
  ]);
  const asked: Request[] = [];
  const handler = new Function('fetch', worker.replace('export default', 'return'))((request: Request) => {
    asked.push(request);
    return new Response('done');
  }) as { fetch(request: Request): Response };
  const post = { method: 'POST', headers: { 'x-forwarded-for': '192.0.2.1' } };
  expect(await handler.fetch(new Request('https://shop.example.com/in/shop?device=daily', post)).text()).toBe('done');
  const [{ url, method, headers }] = asked as [Request];
  expect([url, method, headers.get('x-forwarded-for')]).toEqual([
    'https://seismo.example.com/in/shop?device=daily',
    'POST',
    '192.0.2.1',
  ]);
});

it('runs every example of the folder', () => {
  const pages = readdirSync(FOLDER).map((name) => name.replace(/\.md$/, ''));
  const counts = pages.map((page) => [page, examplesOf(page).length] as const).filter(([, count]) => count > 0);
  // As many as the tests below take from each page.
  const run = { node: 4, express: 2, fastify: 1, browser: 5, serverless: 1, 'first-client': 1 };
  expect(Object.fromEntries(counts)).toEqual(run);
});

it.each(['../README.md', 'README.md'])('%s shows the example that runs below', (path) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toContain(examplesOf('node')[0]);
});

it('README.md shows the tag that runs below', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(examplesOf('browser')[0]);
});

it('Node: the event is there when the program has ended, and what is asked is answered', async () => {
  const [send, identify, query] = examplesOf('node');
  const sending = await run('node', send!.replace('await seismo.close', `${identify}await seismo.close`));
  expect([await once(sending, 'exit'), sending.output()]).toEqual([[0, null], '']);
  expect((await stored('node', 'order paid'))[0]).toMatchObject({ user: 'ann', data: { amount: 42 } });
  expect((await stored('node', '$identify'))[0]).toMatchObject({ user: 'ann', device: 'd-1', data: { plan: 'pro' } });
  const asking = await run('node', query!);
  await once(asking, 'exit');
  const lines = asking.output().trim().split('\n');
  expect(lines.slice(0, 2).map((line) => line.split('Z ')[1])).toEqual(['$identify', 'order paid']);
  // One event with an amount of ten or more; two steps of a funnel; of the report a number, of whichever day it is.
  expect(asking.output()).toMatch(/^1 \d+ 2$/m);
});

it('Node: with a directory the queue is kept there, and the event arrives', async () => {
  const [, , , onDisk] = examplesOf('node');
  const directory = join(installed.folder, 'queue');
  const child = await run('on-disk', onDisk!.replace('/var/lib/shop/seismo', directory));
  expect([await once(child, 'exit'), child.output()]).toEqual([[0, null], '']);
  expect(await stored('on-disk', 'order paid')).toHaveLength(1);
  expect(readdirSync(directory).length).toBeGreaterThan(0);
});

it('serverless: the event is sent while the platform waits', async () => {
  const [program] = examplesOf('serverless');
  const platform = `const waits = [];
const answer = await exported.fetch({ url: 'https://shop.example.com/prices?a=1' }, {}, { waitUntil: (promise) => waits.push(promise) });
console.log(await answer.text(), waits.length);
await Promise.all(waits);
`;
  const child = await run('serverless', `${program!.replace('export default', 'const exported =')}${platform}`);
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(child.output()).toBe('ok 1\n');
  expect((await stored('serverless', 'page served'))[0]!.data).toEqual({ path: '/prices' });
});

it('Express: each request is an event, a route has one of its own, an error too', async () => {
  const [five, more] = examplesOf('express');
  const port = await aPort();
  const routes = `app.get('/items/:id', () => { throw new RangeError('none'); });\n${more!.replace('app.use', '\napp.use')}`;
  await run('express', five!.replace('app.listen', `${routes}app.listen`), port);
  expect(await ask(port, '/items/7')).toBe(500);
  expect((await fetch(`http://127.0.0.1:${port}/login`, { method: 'POST' })).status).toBe(204);
  expect(await stored('express', 'user logged on')).toHaveLength(1);
  expect((await server.events('express')).find(({ event }) => event === 'error')!.data).toMatchObject({
    name: 'RangeError',
  });
  const requests = (await server.events('express')).filter(({ event }) => event === 'request');
  expect(requests.map(({ data }) => data!['route'])).toEqual(expect.arrayContaining(['/items/:id', '/login']));
});

it('Fastify: each request is an event', async () => {
  const port = await aPort();
  await run('fastify', examplesOf('fastify')[0]!, port);
  expect(await ask(port, '/nowhere')).toBe(404);
  // One for each time that it was asked; not one where it did not listen yet.
  await expect.poll(async () => (await server.events('fastify')).length, { timeout: 15_000 }).toBeGreaterThan(0);
  for (const { event, data } of await server.events('fastify'))
    expect([event, data]).toMatchObject(['request', { route: '(unmatched)', status: 404 }]);
});

it('Pages: a view is counted, calls from before the script has come are made', async () => {
  const [tag, early] = examplesOf('browser');
  const mine = inApp('pages', tag!)
    .replace('https://seismo.example.com', server.url)
    .replace('sk_…', await server.key('pages', 'write'));
  const site = await aSite({ '/': `${early}${mine}` });
  const visitor = await (await aChromium()).visitor();
  await (await visitor.newPage()).goto(site);
  expect((await stored('pages', 'page viewed'))[0]!.data).toMatchObject({ path: '/' });
  expect(await stored('pages', 'order paid')).toHaveLength(1);
});

it('in the style of the first Seismo: the callbacks are told, and the program ends', async () => {
  const child = await run('first-style', examplesOf('first-client')[0]!);
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(child.output()).toMatch(/app: 'first-style'/);
  expect(child.output()).toMatch(/^\d+$/m);
  expect((await stored('first-style', 'application started'))[0]!.data).toEqual({ version: '1.0' });
});

it('names every option, with its default', () => {
  const options = readFileSync(join(ROOT, 'src/options.ts'), 'utf8');
  const declared = options.slice(options.indexOf('interface ClientOptions'), options.indexOf('export const DEFAULTS'));
  const table = readFileSync(join(FOLDER, 'delivery.md'), 'utf8').split('\n## Options\n')[1]!;
  const names = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});
