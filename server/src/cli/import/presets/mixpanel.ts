import { numberAt, objectAt, pageOf, textAt, without } from './fields.ts';
import { type Cells, IDENTIFY, PAGE_VIEWED, type Preset, type PresetEvent, type PresetTools } from './preset.ts';

const DEVICE = '$device:';
/** Fields of the event, or internal to Mixpanel. */
const FIELDS: ReadonlySet<string> = new Set([
  'time',
  'distinct_id',
  'token',
  'ip',
  '$device_id',
  '$user_id',
  '$insert_id',
  'mp_processing_time_ms',
  '$mp_api_endpoint',
  '$mp_api_timestamp_ms',
  '$import',
]);
const PROFILE_FIELDS: ReadonlySet<string> = new Set(['$last_seen', '$distinct_id']);

/** Lines of the raw export (`/api/2.0/export`) and of the profile export (`/api/query/engage`). */
export const mixpanel: Preset = {
  standardInput: 'ndjson',
  tiesDevices: true,
  *events(row, tools) {
    const name = textAt(row, 'event');
    if (name === undefined) yield* profile(row, tools);
    else yield eventOf(name, objectAt(row, 'properties'), tools);
  },
};

function eventOf(name: string, properties: Cells, tools: PresetTools): PresetEvent {
  const common = { timestamp: timeOf(properties, tools), uuid: textAt(properties, '$insert_id') };
  const distinct = textAt(properties, 'distinct_id');
  const tied = tieOf(name, properties, distinct);
  if (tied !== undefined) return { event: IDENTIFY, ...tied, ...common };
  const device = bare(textAt(properties, '$device_id')) ?? (distinct?.startsWith(DEVICE) ? bare(distinct) : undefined);
  const isAnonymous = distinct === undefined || distinct.startsWith(DEVICE) || distinct === device;
  const isPage = name === '$mp_web_page_view';
  return {
    ...common,
    event: isPage ? PAGE_VIEWED : name,
    user: textAt(properties, '$user_id') ?? (isAnonymous ? undefined : distinct),
    device,
    data: {
      ...(isPage &&
        pageOf(
          textAt(properties, '$current_url'),
          textAt(properties, '$referrer'),
          textAt(properties, 'current_page_title'),
        )),
      ...without(properties, FIELDS),
    },
  };
}

/** The ids that Mixpanel's own three events join. @returns undefined for every other event, and if they name no one */
function tieOf(name: string, properties: Cells, distinct: string | undefined) {
  if (name === '$identify') {
    const user = textAt(properties, '$identified_id') ?? textAt(properties, '$user_id') ?? distinct;
    const device =
      textAt(properties, '$anon_id') ?? textAt(properties, '$anon_distinct_id') ?? textAt(properties, '$device_id');
    if (user !== undefined && !user.startsWith(DEVICE)) return { user, device: bare(device) };
  }
  if (name === '$create_alias' && distinct !== undefined)
    return { user: distinct, device: bare(textAt(properties, 'alias')) };
  const ids = properties['$distinct_ids'];
  if (name === '$merge' && Array.isArray(ids) && ids.length === 2) {
    const device = ids.find((id) => String(id).startsWith(DEVICE));
    const user = ids.find((id) => !String(id).startsWith(DEVICE));
    if (device !== undefined && user !== undefined) return { user: String(user), device: bare(String(device)) };
  }
  return undefined;
}

function* profile(row: Cells, tools: PresetTools): Generator<PresetEvent> {
  const user = textAt(row, '$distinct_id');
  const properties = objectAt(row, '$properties');
  if (user === undefined || user.startsWith(DEVICE)) return;
  yield {
    event: IDENTIFY,
    user,
    timestamp: tools.time(properties['$last_seen']),
    traits: { set: without(properties, PROFILE_FIELDS) },
  };
}

const bare = (id: string | undefined): string | undefined => (id?.startsWith(DEVICE) ? id.slice(DEVICE.length) : id);

/** Seconds, or milliseconds with `time_in_ms`. Projects from before 2023 use the local time of the project. */
function timeOf(properties: Cells, tools: PresetTools): unknown {
  const time = numberAt(properties, 'time');
  if (time === undefined) return tools.time(properties['time']);
  return tools.localSeconds(time < 1e11 ? time : time / 1000);
}
