import { SeismoError } from '../../model/errors.ts';
import type { EventData } from './event-data.ts';
import type { EventIdentity } from './event-identity.ts';
import type { EventTimes } from './event-time.ts';
import type { EventLimits } from './limits.ts';
import type { RowWriter } from './row-writer.ts';

export interface EventParts {
  readonly app: string;
  readonly id: string;
  readonly name: string;
  readonly identity: EventIdentity;
  readonly times: EventTimes;
  readonly data: EventData | undefined;
  /** 16 bytes, as rows contain them. */
  readonly uuid: Buffer;
}

/** Appends the row of the event (row.ts). @throws EVENT_TOO_LARGE */
export function writeRow(writer: RowWriter, parts: EventParts, limits: EventLimits): void {
  const { identity, times, data } = parts;
  writer.begin(times.timestamp, times.receivedAt, times.clientTimestamp, parts.uuid);
  writer.text(parts.app);
  writer.text(parts.id);
  writer.text(parts.name);
  writer.text(identity.user);
  writer.text(identity.device);
  writer.text(identity.session);
  const start = writer.length;
  if (data) {
    const { shape } = data.properties;
    writer.text(shape);
    writer.text(shape === '' ? JSON.stringify(data.value) : '');
    data.properties.write(writer);
  } else {
    writer.text('');
    writer.text('');
    writer.noMaps();
  }
  if (writer.length - start > limits.eventMaxBytes / JSON_PER_BYTE) checkSize(data?.value, limits);
}

/** JSON has at most this many bytes for one byte of a row: a control character is `\u0000` there. */
const JSON_PER_BYTE = 6;

/** Measured as JSON, as the setting says. Only what may be too large is serialized again for it. */
function checkSize(data: unknown, { eventMaxBytes }: EventLimits): void {
  if (Buffer.byteLength(JSON.stringify(data)) > eventMaxBytes)
    throw new SeismoError('EVENT_TOO_LARGE', `\`data\` is larger than ${eventMaxBytes} bytes (\`eventMaxBytes\`).`, {
      field: 'data',
    });
}
