import { objectAt, pageOf, textAt, without } from './fields.ts';
import { type Cells, IDENTIFY, PAGE_VIEWED, type Preset, type PresetEvent } from './preset.ts';

const CONTEXT_WITHOUT: ReadonlySet<string> = new Set(['ip', 'traits']);
const NONE: ReadonlySet<string> = new Set();

/** Messages as Segment and RudderStack store them in files (S3, GCS), one per line. */
export const segment: Preset = {
  standardInput: 'ndjson',
  tiesDevices: true,
  *events(row, { time }) {
    const type = textAt(row, 'type');
    const user = textAt(row, 'userId');
    const device = textAt(row, 'anonymousId');
    const context = objectAt(row, 'context');
    const common = {
      user,
      device,
      session: textAt(context, 'sessionId'),
      timestamp: time(row['timestamp'] ?? row['originalTimestamp'] ?? row['receivedAt']),
      uuid: textAt(row, 'messageId'),
    };
    if (type === 'identify' || type === 'alias') {
      if (user === undefined) return;
      const tied = type === 'alias' ? textAt(row, 'previousId') : device;
      const own = type === 'alias' ? {} : { ...objectAt(context, 'traits'), ...objectAt(row, 'traits') };
      yield { ...common, event: IDENTIFY, device: tied, traits: { set: without(own, NONE) } };
      return;
    }
    const event = nameOf(type, row);
    if (event !== undefined) yield { ...common, event, data: dataOf(type, row, context) };
  },
};

function nameOf(type: string | undefined, row: Cells): PresetEvent['event'] | undefined {
  if (type === 'page') return PAGE_VIEWED;
  if (type === 'screen') return 'screen viewed';
  if (type === 'group') return '$group';
  return type === 'track' ? textAt(row, 'event') : undefined;
}

function dataOf(type: string | undefined, row: Cells, context: Cells): Cells {
  const properties = without(objectAt(row, 'properties'), NONE);
  const page = objectAt(context, 'page');
  const url = textAt(properties, 'url') ?? textAt(page, 'url');
  const about = without(context, CONTEXT_WITHOUT);
  return {
    ...(type === 'page' &&
      pageOf(
        url,
        textAt(properties, 'referrer') ?? textAt(page, 'referrer'),
        textAt(properties, 'title') ?? textAt(page, 'title'),
      )),
    ...(type !== 'track' && row['name'] !== undefined && { name: row['name'] }),
    ...(type !== 'track' && row['category'] !== undefined && { category: row['category'] }),
    ...(type === 'group' && { groupId: row['groupId'], ...objectAt(row, 'traits') }),
    ...properties,
    ...(Object.keys(about).length > 0 && { $context: about }),
  };
}
