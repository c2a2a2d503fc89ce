import { RowFault } from '../row-fault.ts';
import { idOf, numberAt, renamed, textAt } from './fields.ts';
import { type Cells, PAGE_VIEWED, type Preset, type PresetEvent, type PresetTools } from './preset.ts';

/** A row with more is not from such a file: it has the events of one page or name on one day. */
const COUNT_MAX = 10_000_000;

const CONTEXT = {
  hostname: 'host',
  pathname: 'path',
  referrer: 'referrer',
  utm_source: 'utm_source',
  utm_medium: 'utm_medium',
  utm_campaign: 'utm_campaign',
  utm_content: 'utm_content',
  utm_term: 'utm_term',
  country_code: '$country',
  subdivision1_code: '$region',
  browser: '$browser',
  operating_system: '$os',
  screen_size: '$device_type',
  referrer_source: '$referrer_name',
  revenue_reporting_amount: 'revenue',
};

/**
 * The files of "Export data" (`imported_pages_….csv`, `imported_custom_events_….csv`) have counts per day: each becomes that many
 * events without a user. Rows of the table `events_v2` of your own server are events.
 */
export const plausible: Preset = {
  standardInput: 'csv',
  tiesDevices: false,
  *events(row, tools) {
    if (textAt(row, 'timestamp') !== undefined) yield* stored(row, tools);
    else if (textAt(row, 'date') !== undefined) yield* counted(row, tools);
  },
};

function* stored(row: Cells, { time }: PresetTools): Generator<PresetEvent> {
  const name = textAt(row, 'name');
  // Time on a page, which a page view here does not have.
  if (name === undefined || name === 'engagement') return;
  const device = textAt(row, 'user_id');
  const session = textAt(row, 'session_id');
  yield {
    event: name === 'pageview' ? PAGE_VIEWED : name,
    device,
    session,
    timestamp: time(row['timestamp']),
    uuid: idOf('plausible', row),
    data: { ...renamed(row, CONTEXT), ...properties(row) },
  };
}

/** `meta.key` and `meta.value` are arrays of the same length. */
function properties(row: Cells): Cells {
  const [keys, values] = [row['meta.key'], row['meta.value']].map(listOf);
  return Object.fromEntries((keys ?? []).map((key, i) => [String(key), values?.[i] ?? '']));
}

/** An array, also as ClickHouse writes it into a CSV: `['a','b']`. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return [];
  return [...value.matchAll(/'((?:[^'\\]|\\.)*)'/gs)].map(([, item]) => item!.replace(/\\(.)/gs, '$1'));
}

function* counted(row: Cells, { time }: PresetTools): Generator<PresetEvent> {
  const page = textAt(row, 'page');
  const name = textAt(row, 'name');
  const count = page === undefined ? numberAt(row, 'events') : numberAt(row, 'pageviews');
  // Other files contain the same page views again, by country, browser and so on.
  if (count === undefined || (page === undefined && name === undefined)) return;
  if (count > COUNT_MAX)
    throw new RowFault(
      'EVENT_DATA_INVALID',
      `The row counts ${count} events of a day; at most ${COUNT_MAX} can be imported from one row.`,
    );
  const event = {
    event: page === undefined ? name! : PAGE_VIEWED,
    timestamp: time(textAt(row, 'date')),
    data: renamed(row, { hostname: 'host', page: 'path', path: 'path', link_url: 'url' }),
  };
  for (let i = 0; i < count; i++) yield { ...event, uuid: idOf('plausible', event, i) };
}
