import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { EventRow, StoredEvent } from '../model/event.ts';

export const PARQUET_TYPE = 'application/vnd.apache.parquet';

/** A row group is encoded in one go, which blocks everything else for 20 to 50 ms. The list of groups takes 2 MB per million events. */
const GROUP_ROWS = 5_000;
const GROUP_BYTES = 4 * 1024 * 1024;
/** About what an event takes besides `data`. */
const ROW_BYTES = 150;

type Cell = string | Date | undefined;

const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

/** The columns of the CSV, in its order. `data` is the JSON text. */
const COLUMNS: readonly { name: string; isTime?: true; isOptional?: true; of: (event: StoredEvent) => Cell }[] = [
  { name: 'uuid', of: ({ uuid }) => uuid },
  { name: 'app', of: ({ app }) => app },
  { name: 'id', of: ({ id }) => id },
  { name: 'event', of: ({ event }) => event },
  { name: 'timestamp', isTime: true, of: ({ timestamp }) => date(timestamp) },
  { name: 'receivedAt', isTime: true, of: ({ receivedAt }) => date(receivedAt) },
  { name: 'clientTimestamp', isTime: true, isOptional: true, of: ({ clientTimestamp }) => date(clientTimestamp) },
  { name: 'user', isOptional: true, of: ({ user }) => user },
  { name: 'device', isOptional: true, of: ({ device }) => device },
  { name: 'session', isOptional: true, of: ({ session }) => session },
  { name: 'data', isOptional: true, of: ({ dataText }) => dataText },
];

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];

const SCHEMA: Schema = [
  { name: 'events', num_children: COLUMNS.length },
  ...COLUMNS.map(({ name, isTime, isOptional }): Schema[number] => ({
    name,
    repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED',
    ...(isTime
      ? {
          type: 'INT64',
          converted_type: 'TIMESTAMP_MILLIS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
        }
      : { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }),
  })),
];

/** Events as a Parquet file while they are still being read: it holds one row group at a time, and at the end the list of groups. */
export async function* parquetOf(pages: AsyncIterable<readonly EventRow[]>): AsyncGenerator<Buffer> {
  const bytes = new ByteWriter(64 * 1024);
  const writer = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: 'seismo' });
  /** What was written since the last call. Positions in the file continue. */
  const taken = (): Buffer => {
    const piece = Buffer.from(bytes.getBytes());
    bytes.index = 0;
    return piece;
  };
  let rows: EventRow[] = [];
  let size = 0;
  for await (const page of pages)
    for (const row of page) {
      rows.push(row);
      size += ROW_BYTES + (row.dataText?.length ?? 0);
      if (rows.length < GROUP_ROWS && size < GROUP_BYTES) continue;
      await writeGroup(writer, rows);
      rows = [];
      size = 0;
      yield taken();
    }
  if (rows.length > 0) await writeGroup(writer, rows);
  await writer.finish();
  yield taken();
}

async function writeGroup(writer: ParquetWriter, rows: readonly EventRow[]): Promise<void> {
  await writer.write({
    columnData: COLUMNS.map(({ name, isTime = false, of }) => ({
      name,
      data: rows.map(of),
      offsetIndex: false,
      // Readers of a part of the time skip the other groups. Statistics of strings would take half of the time.
      statistics: isTime,
    })),
    rowGroupSize: rows.length,
  });
}
