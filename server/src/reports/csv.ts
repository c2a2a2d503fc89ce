import type { StoredEvent } from '../event.ts';

/** Columns of the CSV of events; `data` is JSON. */
export const CSV_HEADER = 'uuid,app,id,event,timestamp,receivedAt,clientTimestamp,user,device,session,data\r\n';

/** One line (RFC 4180). `safe` keeps spreadsheets from running a cell that begins with = + - @, tab or CR. */
export function csvLine(event: StoredEvent, safe: boolean): string {
  const iso = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());
  const cell = (value: string | undefined): string => csvCell(value ?? '', safe);
  return `${event.uuid},${event.app},${cell(event.id)},${cell(event.event)},${iso(event.timestamp)},${iso(event.receivedAt)},${iso(event.clientTimestamp)},${cell(event.user)},${cell(event.device)},${cell(event.session)},${cell(event.dataText)}\r\n`;
}

export function csvCell(value: string, safe: boolean): string {
  const text = safe && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text !== value ? `"${text.replaceAll('"', '""')}"` : text;
}
