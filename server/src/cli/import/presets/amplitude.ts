import { objectAt, pageOf, renamed, textAt, without } from './fields.ts';
import { IDENTIFY, PAGE_VIEWED, type Preset } from './preset.ts';

const CONTEXT = {
  platform: '$platform',
  os_name: '$os',
  os_version: '$os_version',
  device_type: '$device_type',
  device_family: '$device_family',
  country: '$country',
  region: '$region',
  city: '$city',
  language: '$language',
  version_name: '$version',
};
const NONE: ReadonlySet<string> = new Set();
const PAGE_EVENTS: ReadonlySet<string> = new Set(['[Amplitude] Page Viewed', 'Page View']);

/** Lines of the Export API. Amplitude ties a device to the user of any event that names both. */
export const amplitude: Preset = {
  standardInput: 'ndjson',
  tiesDevices: true,
  *events(row, { time }) {
    const name = textAt(row, 'event_type');
    if (name === undefined) return;
    const user = textAt(row, 'user_id');
    const properties = without(objectAt(row, 'event_properties'), NONE);
    const session = textAt(row, 'session_id');
    const isGroup = name === '$groupidentify';
    const groups = objectAt(row, 'groups');
    const isPage = PAGE_EVENTS.has(name);
    if (name === IDENTIFY && user === undefined) return;
    yield {
      event: isPage ? PAGE_VIEWED : isGroup ? '$group' : name,
      user,
      device: textAt(row, 'device_id'),
      session: session === '-1' ? undefined : session,
      timestamp: time(row['event_time'] ?? row['client_event_time']),
      uuid: textAt(row, '$insert_id') ?? textAt(row, 'uuid'),
      data: {
        ...renamed(row, CONTEXT),
        ...(Object.keys(groups).length > 0 && { $groups: groups }),
        ...(isGroup && { $group_properties: objectAt(row, 'group_properties') }),
        ...(isPage &&
          pageOf(
            textAt(properties, '[Amplitude] Page URL') ?? textAt(properties, '[Amplitude] Page Location'),
            textAt(properties, 'referrer'),
            textAt(properties, '[Amplitude] Page Title'),
          )),
        ...properties,
      },
      // All properties of the user after the event.
      traits: user === undefined ? undefined : { all: without(objectAt(row, 'user_properties'), NONE) },
    };
  },
};
