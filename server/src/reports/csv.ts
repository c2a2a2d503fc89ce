import { csvCell } from '../model/csv-cell.ts';
import type { StoredEvent } from '../model/event.ts';

/** Columns of the CSV of events; `data` is JSON. */
export const CSV_HEADER = 'uuid,app,id,event,timestamp,receivedAt,clientTimestamp,user,device,session,data\r\n';

/** One line (RFC 4180). `safe` keeps spreadsheets from evaluating a cell. */
export function csvLine(event: StoredEvent, safe: boolean): string {
  const iso = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());
  const cell = (value: string | undefined): string => csvCell(value ?? '', safe);
  return `${event.uuid},${event.app},${cell(event.id)},${cell(event.event)},${iso(event.timestamp)},${iso(event.receivedAt)},${iso(event.clientTimestamp)},${cell(event.user)},${cell(event.device)},${cell(event.session)},${cell(event.dataText)}\r\n`;
}
