import { idOf, objectAt, objectsAt, pageOf, renamed, textAt } from './fields.ts';
import { type Cells, PAGE_VIEWED, type Preset } from './preset.ts';

const SESSION_PARAMETERS: ReadonlySet<string> = new Set(['ga_session_id']);

/** Rows of the `events_…` tables that Google Analytics 4 writes to BigQuery, exported as NDJSON or Parquet. */
export const ga4: Preset = {
  standardInput: 'ndjson',
  tiesDevices: true,
  *events(row, { time }) {
    const name = textAt(row, 'event_name');
    if (name === undefined) return;
    const device = textAt(row, 'user_pseudo_id');
    const user = textAt(row, 'user_id');
    const parameters = valuesOf(row, 'event_params');
    // A session's number is its start in seconds, so two devices can share it.
    const session = textAt(parameters, 'ga_session_id');
    const traits = valuesOf(row, 'user_properties');
    yield {
      event: name === 'page_view' ? PAGE_VIEWED : name,
      user,
      device,
      session: session === undefined ? undefined : `${device ?? ''}.${session}`,
      timestamp: time(row['event_timestamp']),
      uuid: idOf(
        'ga4',
        device,
        user,
        String(row['event_timestamp']),
        name,
        String(row['event_bundle_sequence_id']),
        String(row['batch_page_id']),
        String(row['batch_ordering_id']),
        String(row['batch_event_index']),
        parameters,
      ),
      data: { ...contextOf(row), ...pageFields(name, parameters), ...withoutSession(parameters), ...tradeOf(row) },
      traits: user === undefined || Object.keys(traits).length === 0 ? undefined : { set: traits },
    };
  },
};

/** `[{key, value: {string_value, int_value, float_value, double_value}}]` as one object. */
function valuesOf(row: Cells, name: string): Cells {
  const values: Record<string, unknown> = {};
  for (const item of objectsAt(row, name)) {
    const key = textAt(item, 'key');
    const value = objectAt(item, 'value');
    const found =
      value['string_value'] ?? wholeNumber(value['int_value']) ?? value['double_value'] ?? value['float_value'];
    if (key !== undefined && found !== undefined && found !== null) values[key] = found;
  }
  return values;
}

/** BigQuery writes 64-bit integers as strings. */
function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const withoutSession = (parameters: Cells): Cells =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => !SESSION_PARAMETERS.has(name)));

const pageFields = (name: string, parameters: Cells): Cells =>
  name === 'page_view'
    ? pageOf(textAt(parameters, 'page_location'), textAt(parameters, 'page_referrer'), textAt(parameters, 'page_title'))
    : {};

function contextOf(row: Cells): Cells {
  const device = objectAt(row, 'device');
  return {
    ...renamed(row, { platform: '$platform' }),
    ...renamed(device, { category: '$device_type', operating_system: '$os', language: '$language' }),
    ...renamed(objectAt(device, 'web_info'), { browser: '$browser' }),
    ...renamed(objectAt(row, 'geo'), { country: '$country', region: '$region', city: '$city' }),
    ...renamed(objectAt(row, 'traffic_source'), {
      source: '$first_source',
      medium: '$first_medium',
      name: '$first_campaign',
    }),
    ...renamed(objectAt(row, 'app_info'), { version: '$version' }),
  };
}

function tradeOf(row: Cells): Cells {
  const items = objectsAt(row, 'items');
  const trade = Object.fromEntries(Object.entries(objectAt(row, 'ecommerce')).filter(([, value]) => value !== null));
  return {
    ...renamed(row, { event_value_in_usd: 'value_in_usd' }),
    ...(Object.keys(trade).length > 0 && { ecommerce: trade }),
    ...(items.length > 0 && { items }),
  };
}
