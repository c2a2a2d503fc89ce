/** Every case of contract/*.json against a real server. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';
import { check, type Due, runSteps, type Step, type Target } from './steps.ts';
import { due, sent } from './values.ts';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../contract/${name}.json`, import.meta.url), 'utf8')) as T;

interface EventCase {
  readonly name: string;
  readonly given?: unknown;
  readonly givenText?: string;
  readonly stored?: unknown;
  readonly storedText?: string;
  readonly code?: string;
  readonly alone?: boolean;
  readonly line?: boolean;
}
interface Conversation {
  readonly name: string;
  readonly steps: readonly Step[];
}
interface Dataset<T> {
  readonly events: readonly unknown[];
  readonly cases: readonly T[];
}

const VIEWER = { name: 'vera', password: 'a viewer of the contract' };
let dataDir: string;
let server: SeismoServer;
let admin: string;
let viewer: string;
let apps = 0;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-contract-'));
  server = await start({ dataDir, port: 0, logLevel: 'silent' });
  const { user, password } = server.firstAdmin!;
  admin = await signIn(user, password);
  await ask('POST', '/api/users', JSON.stringify({ ...VIEWER, role: 'viewer' }));
  viewer = await signIn(VIEWER.name, VIEWER.password);
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function signIn(username: string, password: string): Promise<string> {
  const answer = await fetch(`${server.url}/auth`, { method: 'POST', body: JSON.stringify({ username, password }) });
  return ((await answer.json()) as { token: string }).token;
}

const ask = (method: string, path: string, body?: string | Buffer, type = 'application/json'): Promise<Response> =>
  fetch(new URL(path, server.url), {
    method,
    headers: { 'x-access-token': admin, ...(body !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { body }),
  });

function aTarget(): Target {
  const app = `case-${++apps}`;
  const keys = new Map<string, string>();
  return {
    url: server.url,
    app,
    async token(role) {
      if (role === 'nobody') return undefined;
      if (role === 'admin') return admin;
      if (role === 'viewer') return viewer;
      const known = keys.get(role);
      if (known !== undefined) return known;
      const [, other, scope] = /^(other-)?(write|read)-key$/.exec(role)!;
      const made = await ask('POST', '/api/keys', JSON.stringify({ app: other ? `${app}-not` : app, scope }));
      const { key } = (await made.json()) as { key: string };
      keys.set(role, key);
      return key;
    },
  };
}

const GOOD = '{"event":"good","timestamp":"2026-01-01T00:00:00Z"}';
const FORMS = ['alone', 'array', 'lines'] as const;
type Form = (typeof FORMS)[number];

describe('events.json', () => {
  const { cases } = read<{ readonly cases: readonly EventCase[] }>('events');
  const formsOf = ({ alone, line }: EventCase): Form[] =>
    FORMS.filter((form) => !(form === 'alone' && alone === false) && !(form === 'lines' && line === false));
  const answers = new Map<string, { app: string; answer: Response; text: string }>();

  async function post(each: EventCase, form: Form): Promise<void> {
    const { app } = aTarget();
    const text = each.givenText ?? JSON.stringify(sent(each.given, app));
    const three = [GOOD, text, GOOD];
    const body = { alone: text, array: `[${three.join(',')}]`, lines: three.join('\n') }[form];
    const type = form === 'lines' ? 'application/x-ndjson' : 'application/json';
    const answer = await ask('POST', `/api/events/${app}`, body, type);
    answers.set(`${form} ${each.name}`, { app, answer, text: await answer.text() });
  }

  // All of them before the first is read: each reading waits for what was posted a moment ago.
  beforeAll(async () => {
    for (const each of cases) for (const form of formsOf(each)) await post(each, form);
  });

  /** The events of the app but the good neighbours, as JSON texts. */
  async function stored(app: string): Promise<string[]> {
    const answer = await fetch(`${server.url}/api/events/${app}`, {
      headers: { 'x-access-token': admin, accept: 'application/x-ndjson' },
    });
    return (await answer.text()).split('\n').filter((line) => line !== '' && !line.includes('"event":"good"'));
  }

  function checkStored(each: EventCase, text: string, app: string): void {
    if (each.storedText !== undefined) expect(text.slice(text.indexOf('"data":') + 7, -1)).toBe(each.storedText);
    else {
      const is: unknown = JSON.parse(text);
      expect(is).toEqual(due(each.stored, is, app));
    }
  }

  it.each(cases)('$name', async (each) => {
    const { code } = each;
    for (const form of formsOf(each)) {
      const { app, answer, text } = answers.get(`${form} ${each.name}`)!;
      if (form !== 'alone') {
        const accepted = code === undefined ? 3 : 2;
        expect([form, JSON.parse(text)]).toMatchObject([
          form,
          {
            accepted,
            duplicates: 0,
            rejectedTotal: 3 - accepted,
            rejected: code === undefined ? [] : [{ index: 1, code }],
          },
        ]);
      } else if (code === undefined) {
        expect([answer.status, text]).toEqual([201, text]);
        checkStored(each, text, app);
      } else check(form, { status: code === 'EVENT_TOO_LARGE' ? 413 : 400, code }, answer, text, app);
      const found = await stored(app);
      expect([form, found.length]).toEqual([form, code === undefined ? 1 : 0]);
      if (code === undefined) checkStored(each, found[0]!, app);
    }
  });
});

describe.each(['posting', 'reading', 'saved'])('%s.json', (name) => {
  it.each(read<{ readonly cases: readonly Conversation[] }>(name).cases)('$name', async ({ steps }) => {
    await runSteps(steps, aTarget());
  });
});

/** Posts the events of a file once, to an app of their own. */
function posted(events: readonly unknown[]): () => Promise<Target> {
  let target: Promise<Target> | undefined;
  return () => {
    target ??= (async () => {
      const made = aTarget();
      const answer = await ask('POST', `/api/events/${made.app}`, JSON.stringify(sent(events, made.app)));
      expect(await answer.json()).toMatchObject({ accepted: events.length });
      return made;
    })();
    return target;
  };
}

describe('filters.json', () => {
  const { events, cases } = read<Dataset<{ name: string; query: string; finds?: string[]; code?: string }>>('filters');
  const dataset = posted(events);

  it.each(cases)('$name', async ({ query, finds, code }) => {
    const { app } = await dataset();
    const answer = await ask('GET', `/api/events/${app}?${query}`);
    const text = await answer.text();
    if (code !== undefined) check(query, { status: 400, code }, answer, text, app);
    else expect([query, answer.status, idsOf(text)]).toEqual([query, 200, finds!.toSorted()]);
  });
});

const idsOf = (text: string): unknown => {
  const body: unknown = JSON.parse(text);
  return Array.isArray(body) ? body.map(({ id }) => id as string).toSorted() : body;
};

describe('reports.json', () => {
  const { events, cases } = read<Dataset<{ name: string; path: string; answer: Due }>>('reports');
  const dataset = posted(events);

  it.each(cases)('$name', async ({ path, answer }) => {
    const target = await dataset();
    await runSteps([{ request: { path }, answer }], target);
  });
});
