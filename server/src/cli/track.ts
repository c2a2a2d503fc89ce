import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { type CommonOptions, checkData, sessionOf, withCommon, withServer } from './common.ts';
import { CommandFailure } from './failure.ts';
import { retry } from './retry.ts';

/** A restarting server is back by then. The event has a uuid, so it counts once. */
const RETRY = { waitsMs: [500, 1_000, 2_000, 4_000, 8_000], withoutAnswer: true };

interface TrackOptions extends CommonOptions {
  readonly app: string;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly timestamp?: string;
  readonly uuid?: string;
}

interface Tracked {
  readonly uuid: string;
  readonly timestamp: string;
  readonly duplicate?: boolean;
}

export function addTrack(program: Command): void {
  withCommon(program.command('track'))
    .argument('<event>', 'the name of the event')
    .argument('[property=value...]', 'its properties; numbers, true, false, null and JSON keep their type')
    .description('send one event, for example from a shell script or cron')
    .requiredOption('--app <app>', 'the app')
    .option('--user <user>', 'who did it')
    .option('--device <device>', 'on which device')
    .option('--session <session>', 'in which session')
    .option('--timestamp <time>', 'when, in ISO 8601 (default: now)')
    .option('--uuid <uuid>', 'a second event with the same uuid is not counted (default: a new one)')
    .addHelpText(
      'after',
      `
Examples:
  seismo track "backup finished" size=12 host=db1 --app ops --user nightly
  SEISMO_KEY=sk_… seismo track deploy version='"1.10"' --app ops --server https://seismo.example.com

With --server, a write key of the app is enough. If the server does not answer, the command tries again for 15 seconds.`,
    )
    .action(async (event: string, properties: readonly string[], options: TrackOptions) => {
      const { app, user, device, session: visit, timestamp, uuid = randomUUID() } = options;
      if (event.trim() === '')
        throw new CommandFailure(
          'The name of the event is empty. It comes first, such as `seismo track "backup finished" --app ops`.',
          2,
        );
      const fields = { event, uuid, user, device, session: visit, timestamp: timestamp ?? new Date().toISOString() };
      const sent = Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"data":${dataText(properties)}}`);
      const session = await sessionOf(options);
      if (!session.client) checkData(session);
      const tracked = (await withServer(session, (client) =>
        retry(() => client.json('POST', `/api/events/${encodeURIComponent(app)}`, sent), RETRY),
      )) as Tracked;
      const what = tracked.duplicate ? 'was stored already' : 'is stored';
      session.output.result(tracked, `The event "${event}" of ${app} ${what} (${tracked.uuid}).`);
    });
}

/** JSON in a value stays as it is written: the server rejects a number in it that is not exact, and a key that is repeated. */
function dataText(properties: readonly string[]): string {
  const data = new Map<string, string>();
  for (const [name, value] of properties.map(propertyOf)) {
    if (data.has(name))
      throw new CommandFailure(
        `The property \`${name}\` is given twice. Give it once; a list is written as \`${name}='["a", "b"]'\`.`,
        2,
      );
    data.set(name, value);
  }
  return `{${[...data].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** `size=12`: the name, and the value as JSON */
function propertyOf(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new CommandFailure(
      `\`${text}\` must be a property and its value, such as \`size=12\`. Put an event name with spaces in quotes.`,
      2,
    );
  const name = text.slice(0, at);
  return [name, valueText(name, text.slice(at + 1))];
}

/** An object, or a list of values; `[ERROR] disk full` is a text. */
const LOOKS_LIKE_JSON = /^\s*(?:\{|\[\s*(?:["[{\]\d-]|(?:true|false|null)\b))/;

function valueText(name: string, text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    // Integers too large for an exact number, as some ids are, stay strings.
    return typeof value === 'number' && Math.abs(value) >= 2 ** 53 ? JSON.stringify(text) : text;
  } catch (error) {
    if (LOOKS_LIKE_JSON.test(text))
      throw new CommandFailure(
        `The value of \`${name}\` looks like JSON and is not valid: ${(error as Error).message}. To send it as text, write it as a JSON string: \`${name}='${JSON.stringify(text)}'\`.`,
        2,
      );
    return JSON.stringify(text);
  }
}
