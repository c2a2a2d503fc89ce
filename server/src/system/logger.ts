/** The log: JSON lines on standard error, or plain lines on a terminal. Standard output is for results. */
import { stripVTControlCharacters } from 'node:util';
import { type DestinationStream, type Logger, pino } from 'pino';

export const loggerOf = ({ logLevel }: { readonly logLevel: string }): Logger =>
  pino(
    { level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    process.stderr.isTTY === true ? plainLines(process.stderr) : pino.destination({ dest: 2, sync: true }),
  );

const YELLOW = '\u001b[33m';
const RED = '\u001b[31m';

function plainLines(terminal: NodeJS.WriteStream): DestinationStream {
  const hasColours = terminal.hasColors();
  return {
    write(line) {
      const { level, text } = plainLine(line);
      const colour = level >= 50 ? RED : level >= 40 ? YELLOW : '';
      terminal.write(hasColours && colour !== '' ? `${colour}${text}\u001b[39m\n` : `${text}\n`);
    },
  };
}

/** A log line for people: time of day, message, then the other fields. */
export function plainLine(line: string): { readonly level: number; readonly text: string } {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const more = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const message = typeof err === 'object' && err !== null && 'message' in err ? [String(err.message)] : [];
  // Errors and input from callers can contain control sequences for a terminal.
  const text = stripVTControlCharacters([String(msg ?? ''), ...message, ...more].join(' · '));
  return { level: Number(level), text: `${new Date(String(time)).toTimeString().slice(0, 8)} ${text}` };
}
