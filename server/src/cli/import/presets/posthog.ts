import { objectAt, pageOf, textAt, without } from './fields.ts';
import { type Cells, IDENTIFY, PAGE_VIEWED, type Preset, type PresetEvent } from './preset.ts';

/** Fields of the event, or of its user. */
const FIELDS: ReadonlySet<string> = new Set([
  'distinct_id',
  'token',
  '$ip',
  '$set',
  '$set_once',
  '$unset',
  '$device_id',
  '$user_id',
  '$session_id',
  '$insert_id',
  '$time',
  '$sent_at',
  '$is_identified',
  '$process_person_profile',
  '$anon_distinct_id',
  'alias',
]);

/** Rows of batch exports (JSON lines, Parquet), of `SELECT … FROM events` and of the API: `properties` is JSON, or a string with JSON. */
export const posthog: Preset = {
  standardInput: 'ndjson',
  tiesDevices: false,
  *events(row, { time }) {
    const name = textAt(row, 'event');
    if (name === undefined) return;
    const properties = objectAt(row, 'properties');
    const distinct = textAt(row, 'distinct_id') ?? textAt(properties, 'distinct_id');
    const uuid = textAt(row, 'uuid') ?? textAt(row, 'id');
    const common = { timestamp: time(row['timestamp'] ?? row['created_at']), uuid };
    const traits = { set: objectIn(row, properties, 'set'), setOnce: objectIn(row, properties, 'set_once') };
    const tied =
      name === '$identify'
        ? textAt(properties, '$anon_distinct_id')
        : name === '$create_alias'
          ? textAt(properties, 'alias')
          : name === '$merge_dangerously'
            ? textAt(properties, 'alias')
            : undefined;
    const hasTie = tied !== undefined || name === '$identify' || name === '$set';
    if (hasTie && distinct !== undefined) {
      yield { event: IDENTIFY, user: distinct, device: tied, traits, ...common };
      return;
    }
    yield { ...common, ...whoOf(properties, distinct, traits), event: nameOf(name), data: dataOf(name, properties) };
  },
};

/** Batch exports also have `$set` beside the properties. */
function objectIn(row: Cells, properties: Cells, name: string): Cells | undefined {
  const inside = objectAt(properties, `$${name}`);
  const found = Object.keys(inside).length > 0 ? inside : objectAt(row, name);
  return Object.keys(found).length > 0 ? found : undefined;
}

function whoOf(properties: Cells, distinct: string | undefined, traits: NonNullable<PresetEvent['traits']>) {
  const device = textAt(properties, '$device_id');
  const isAnonymous =
    distinct === device || properties['$is_identified'] === false || properties['$process_person_profile'] === false;
  const session = textAt(properties, '$session_id');
  if (isAnonymous) return { device: distinct, session };
  const hasTraits = traits.set !== undefined || traits.setOnce !== undefined;
  return { user: distinct, device, session, ...(hasTraits && { traits }) };
}

const nameOf = (name: string): string =>
  name === '$pageview' ? PAGE_VIEWED : name === '$groupidentify' ? '$group' : name;

function dataOf(name: string, properties: Cells): Cells {
  const page =
    name === '$pageview'
      ? pageOf(textAt(properties, '$current_url'), textAt(properties, '$referrer'), textAt(properties, 'title'))
      : {};
  return { ...page, ...without(properties, FIELDS) };
}
