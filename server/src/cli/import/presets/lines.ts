import { jsonOfCell } from '../cell.ts';
import { localTime } from '../local-time.ts';
import { faultOf, inMilliseconds, type Line, parsedRow } from '../mapping.ts';
import { PIECE_ROWS, type Row, type RowSource } from '../rows.ts';
import { KnownUsers } from './known-users.ts';
import { type Cells, IDENTIFY, type Preset, type PresetEvent, type PresetTools } from './preset.ts';

export interface PresetPiece {
  readonly lines: readonly Line[];
  /** For the rows they come from. */
  readonly places: readonly number[];
  readonly bytesRead: number;
}

/**
 * The events of a vendor's export, as they are posted. A row can become several events or none, and earlier rows affect the
 * meaning of later ones, so an import continues by reading again and skipping the events that are done.
 * @returns the number of rows that are not events
 */
export async function* presetLines(
  preset: Preset,
  timeZone: string,
  source: RowSource,
  done: number,
): AsyncGenerator<PresetPiece, number> {
  const read = rowReader(preset, timeZone, source);
  let leftOut = 0;
  let skip = done;
  for await (const { rows, lines: from, bytesRead } of source.read(0)) {
    let lines: Line[] = [];
    let places: number[] = [];
    for (const [i, row] of rows.entries()) {
      let count = 0;
      for (const line of read(row)) {
        count++;
        if (skip > 0) {
          skip--;
          continue;
        }
        lines.push(line);
        places.push(from[i]!);
        if (lines.length < PIECE_ROWS) continue;
        yield { lines, places, bytesRead };
        lines = [];
        places = [];
      }
      if (count === 0) leftOut++;
    }
    if (lines.length > 0) yield { lines, places, bytesRead };
  }
  return leftOut;
}

function rowReader(preset: Preset, timeZone: string, { format, localTimes }: RowSource): (row: Row) => Generator<Line> {
  const users = new KnownUsers();
  let doubt: string | undefined;
  const onDoubt = (detail: string): void => {
    doubt = detail;
  };
  const tools: PresetTools = {
    time: (value) => localTime(inMilliseconds(value), timeZone, false, onDoubt),
    localSeconds: (value) => localTime(new Date(value * 1000), timeZone, true, onDoubt),
  };
  return function* (row) {
    doubt = undefined;
    try {
      const cells = format === 'csv' || format === 'parquet' ? cellsOf(row as Cells, localTimes) : parsedRow(row);
      for (const event of preset.events(cells, tools)) {
        const identify = users.identifyOf(event, preset.tiesDevices);
        if (identify !== undefined) yield lineOf(identify, undefined);
        if (event.event !== IDENTIFY) yield lineOf(event, doubt);
      }
    } catch (error) {
      yield { text: 'null', fault: faultOf(error) };
    }
  };
}

const lineOf = ({ traits: _, ...event }: PresetEvent, doubt: string | undefined): Line => ({
  text: JSON.stringify(event),
  ...(doubt !== undefined && { doubt }),
});

/** As in a line of JSON. Empty values are left out. */
function cellsOf(row: Cells, localTimes: ReadonlySet<string>): Cells {
  const cells: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row))
    if (value !== undefined && value !== null && value !== '')
      cells[name] = jsonOfCell(value, name, { isLocal: localTimes.has(name), dropNulls: true });
  return cells;
}
