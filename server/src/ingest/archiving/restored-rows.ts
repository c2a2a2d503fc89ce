import type { ArchivedEvent } from '../../archive/archive.ts';
import type { StoredEvent } from '../../model/event.ts';
import { IDENTIFY } from '../../model/event.ts';
import { ROW_OFFSET, writeUuid } from '../../row/row.ts';
import { writeRow } from '../accept/event-row.ts';
import type { KnownNames } from '../accept/known-names.ts';
import type { EventLimits } from '../accept/limits.ts';
import { flattenData } from '../accept/properties.ts';
import { RowWriter, writeInt64 } from '../accept/row-writer.ts';
import { stampDay, type Zone } from '../load/zone.ts';

export interface RestoreRules {
  readonly limits: EventLimits;
  readonly names: KnownNames;
  readonly zoneOf: (app: string) => Zone;
}

export interface RestoredRow {
  readonly seq: number;
  readonly row: Buffer;
}

/** Events that were accepted before, encoded as they were then (row.ts), and complete for the store. Their names are known from now on. */
export function restoredRows(events: readonly ArchivedEvent[], rules: RestoreRules): RestoredRow[] {
  const writer = new RowWriter(events.length * 512);
  const starts = events.map(({ journal, seq, event }) => {
    const start = writer.length;
    writeEvent(writer, event, rules);
    writeInt64(writer.bytes, start + ROW_OFFSET.seq, seq);
    writeUuid(journal, writer.bytes, start + ROW_OFFSET.journal);
    stampDay(writer.bytes, start, rules.zoneOf(event.app));
    return start;
  });
  return events.map(({ seq }, i) => ({ seq, row: writer.bytes.subarray(starts[i]!, starts[i + 1] ?? writer.length) }));
}

function writeEvent(writer: RowWriter, event: StoredEvent, { limits, names }: RestoreRules): void {
  const {
    app,
    id,
    dataText,
    timestamp,
    receivedAt,
    clientTimestamp = -1,
    user = '',
    device = '',
    session = '',
  } = event;
  const uuid = Buffer.alloc(16);
  writeUuid(event.uuid, uuid, 0);
  const value: unknown = dataText === undefined ? undefined : JSON.parse(dataText);
  const data =
    typeof value === 'object' && value !== null
      ? { value, properties: flattenData(value, { ...limits, ...UNBOUNDED }, names.propertiesOf(app, true)) }
      : undefined;
  const times = { timestamp, receivedAt, clientTimestamp };
  const parts = { app, id, name: event.event, identity: { user, device, session }, times, data, uuid };
  writeRow(writer, parts, { ...limits, eventMaxBytes: Number.POSITIVE_INFINITY });
  names.restoreId(app, id);
  if (id === IDENTIFY && user !== '' && device !== '') names.identified(app);
}

/** What was accepted under other settings stays accepted. */
const UNBOUNDED = {
  propertiesMax: Number.POSITIVE_INFINITY,
  dataDepthMax: Number.POSITIVE_INFINITY,
  propertyNameMaxLength: Number.POSITIVE_INFINITY,
};
