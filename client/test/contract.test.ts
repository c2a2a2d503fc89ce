/** contract/client.json against our client, and contract/events.json through it to a real server (contract/README.md). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { due, sent } from '../../server/test/contract/values.ts';
import type { Client } from '../src/client.ts';
import type { Drop } from '../src/delivery/queue.ts';
import { type EventData, type EventName, IDENTIFY, type SentEvent, type TrackOptions } from '../src/event.ts';
import { createClient } from '../src/node.ts';
import type { ClientOptions } from '../src/options.ts';
import { aServer, atEnd, problem, type Received, type Reply, stored } from './support/fake-server.ts';
import { aRealServer, type RealServer } from './support/real-server.ts';

const casesOf = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(new URL(`../../contract/${name}.json`, import.meta.url), 'utf8')).cases;

type Call =
  | { readonly track: readonly [EventName, EventData?, TrackOptions?] }
  | { readonly identify: readonly [string, EventData?, TrackOptions?] }
  | { readonly flush: true }
  | { readonly wait: true }
  | { readonly close: true };
type Answer =
  | 'taken'
  | 'reset'
  | 'hang'
  | (Pick<Reply, 'status' | 'headers' | 'body'> & { readonly code?: string; readonly text?: string });
interface ClientCase {
  readonly name: string;
  readonly options?: Partial<ClientOptions>;
  /** With a directory of its own. */
  readonly onDisk?: true;
  readonly calls: readonly Call[];
  readonly answers?: readonly Answer[];
  readonly requests: readonly ('again' | readonly (string | EventData)[])[];
  readonly drops?: readonly { readonly event: string; readonly reason: string; readonly code?: string }[];
  readonly waitsAtLeastMs?: readonly number[];
}

function replyTo(answer: Answer | undefined, request: Received): Reply | 'hang' | 'reset' {
  if (answer === undefined || answer === 'taken') return stored(request);
  if (typeof answer === 'string') return answer;
  const { status = 200, code, headers, body, text } = answer;
  return code === undefined ? { ...answer, body: body ?? text } : problem(status, code, headers);
}

async function call(client: Client, given: Call): Promise<void> {
  if ('track' in given) client.track(...(sent(given.track, 'shop') as typeof given.track));
  else if ('identify' in given) client.identify(...given.identify);
  else if ('flush' in given) expect(await client.flush()).toBe(true);
  else if ('close' in given) expect(await client.close()).toBe(true);
  else await expect.poll(() => client.pending, { timeout: 5_000 }).toBe(0);
}

/** As it was to be sent; a time that was not given is a number of milliseconds, and told as text here. */
function compared({ uuid, timestamp, ...event }: SentEvent, meant: EventData): unknown {
  return {
    ...event,
    ...('uuid' in meant && { uuid }),
    ...('timestamp' in meant && {
      timestamp: typeof timestamp === 'number' ? new Date(timestamp).toISOString() : timestamp,
    }),
  };
}

describe('client.json', () => {
  it.each(casesOf<ClientCase>('client'))(
    '$name',
    async ({ options, onDisk, calls, answers = [], requests, drops, ...more }) => {
      const times: number[] = [];
      const { url, received } = await aServer((request, index) => {
        times.push(performance.now());
        return replyTo(answers[index], request);
      });
      const told: [SentEvent, Drop][] = [];
      const onDrop = (event: SentEvent, drop: Drop): void => void told.push([event, drop]);
      const directory = onDisk && mkdtempSync(join(tmpdir(), 'seismo-contract-'));
      if (directory) atEnd(async () => rmSync(directory, { recursive: true, force: true }));
      const client = createClient({
        server: url,
        app: 'shop',
        key: 'sk_x',
        onDrop,
        ...(directory && { directory }),
        ...options,
      });
      for (const one of calls) await call(client, one);
      expect(await client.close()).toBe(true);

      expect(received.map(({ events }) => events.map(({ event }) => event))).toHaveLength(requests.length);
      requests.forEach((meant, index) => {
        const { events, sentAt, url: path, method } = received[index]!;
        expect([method, path]).toEqual(['POST', '/api/events/shop']);
        // Clock skew is the server's to correct.
        expect(Math.abs(sentAt! - Date.now())).toBeLessThan(60_000);
        if (meant === 'again') expect(events).toEqual(received[index - 1]!.events);
        else {
          const all = meant.map((one) => (typeof one === 'string' ? { event: one } : one));
          const is = events.map((event, i) => compared(event, all[i] ?? {}));
          expect(is).toEqual(due(all, is, 'shop'));
        }
      });
      expect(told.map(([event, { reason, code }]) => ({ event: event.event, reason, ...(code && { code }) }))).toEqual(
        drops ?? [],
      );
      more.waitsAtLeastMs?.forEach((ms, i) => {
        expect(times[i + 1]! - times[i]!).toBeGreaterThanOrEqual(ms);
      });
      // One id an event, which the client made in the order of tracking.
      const made = [...new Set(received.flatMap(({ events }) => events.map(({ uuid }) => uuid)))];
      if (!calls.some((one) => 'track' in one && one.track[2]?.uuid)) {
        expect(made).toEqual(made.toSorted());
        for (const uuid of made)
          expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      }
    },
  );
});

interface EventCase {
  readonly name: string;
  readonly given?: { readonly event?: EventName; readonly id?: string; readonly data?: EventData } & TrackOptions;
  readonly givenText?: string;
  readonly stored?: unknown;
  readonly storedText?: string;
  readonly code?: string;
}

/** What a call can say. Other members of an event, and events that are no objects, have no call; `sentAt` is the client's own. */
const SAID = ['event', 'id', 'uuid', 'user', 'device', 'session', 'timestamp', 'data'];
const isSaid = ({ given }: EventCase): boolean =>
  typeof given === 'object' &&
  given !== null &&
  Object.keys(given).every((name) => SAID.includes(name)) &&
  (typeof given.event !== 'object' || Object.keys(given.event ?? {}).every((name) => SAID.includes(name))) &&
  (given.event !== undefined || given.id === IDENTIFY.replace('$', '$$$$'));

const isIdentify = ({ given }: EventCase): boolean => given?.event === undefined;

describe('events.json', () => {
  let server: RealServer;
  const cases = casesOf<EventCase>('events').filter(isSaid);
  const drops = new Map<string, Drop>();
  const appOf = (index: number): string => `case-${index}`;
  beforeAll(async () => {
    server = await aRealServer();
    await Promise.all(
      cases.map(async ({ name, given }, index) => {
        const onDrop = (_: SentEvent, drop: Drop): void => void drops.set(name, drop);
        const key = await server.key(appOf(index), 'write');
        const client = createClient({ server: server.url, app: appOf(index), key, onDrop });
        const { event, data, ...options } = sent(given, appOf(index)) as NonNullable<EventCase['given']>;
        if (event === undefined) client.identify(options.user!, data);
        else client.track(event, data, options);
        await client.close();
      }),
    );
  });

  it('holds enough that a client can say', () => {
    expect(cases.length).toBeGreaterThan(40);
  });

  it.each(cases.map((each, index) => ({ ...each, index })))('$name', async (each) => {
    const app = appOf(each.index);
    const found = await server.events(app);
    if (each.code !== undefined) {
      // What is no user's id the client finds out before it sends anything.
      const drop = isIdentify(each) ? { reason: 'invalid' } : { code: each.code };
      expect([drops.get(each.name), found]).toEqual([expect.objectContaining(drop), []]);
      return;
    }
    expect(drops.get(each.name)).toBeUndefined();
    expect(found).toEqual([due(each.stored, found[0], app)]);
    if (each.storedText !== undefined) expect(JSON.stringify(found[0]!.data)).toBe(each.storedText);
  });
});

describe('contract/names.json', () => {
  const { members, options, only, whenFull } = JSON.parse(
    readFileSync(new URL('../../contract/names.json', import.meta.url), 'utf8'),
  ) as Record<'members' | 'options' | 'whenFull', string[]> & {
    only: { node: Record<'members' | 'options', string[]> };
  };

  it('has every call and option of this client, and no other', () => {
    const client = createClient({ server: 'http://127.0.0.1:1', app: 'shop', key: 'sk_x' });
    expect(Object.keys(client).toSorted()).toEqual([...members, ...only.node.members].toSorted());
    const source = readFileSync(new URL('../src/options.ts', import.meta.url), 'utf8');
    const declared = source.slice(source.indexOf('interface ClientOptions'), source.indexOf('export const DEFAULTS'));
    const names = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name!);
    expect(names.toSorted()).toEqual([...options, ...only.node.options].toSorted());
    for (const value of whenFull)
      expect(() =>
        createClient({ server: 'http://127.0.0.1:1', app: 'shop', key: 'sk_x', whenFull: value as 'block' }),
      ).not.toThrow();
  });

  it('is what docs/send-events/languages.md shows, in both spellings', () => {
    const page = readFileSync(new URL('../../docs/send-events/languages.md', import.meta.url), 'utf8');
    const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const names = [...members, ...options, ...whenFull].flatMap((name) => [name, snake(name)]);
    expect(names.filter((name) => !new RegExp(`\`${name}[\`(]`).test(page))).toEqual([]);
  });
});
