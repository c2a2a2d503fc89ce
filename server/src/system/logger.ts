/** The log: JSON lines on standard error for machines, plain lines when a person looks on. Standard output is for answers. */
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

/** A line of the log for people: time of day, message, then what else it holds. */
export function plainLine(line: string): { readonly level: number; readonly text: string } {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const more = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const message = typeof err === 'object' && err !== null && 'message' in err ? [String(err.message)] : [];
  // What an error or a caller says may hold what a terminal would obey.
  const text = stripVTControlCharacters([String(msg ?? ''), ...message, ...more].join(' · '));
  return { level: Number(level), text: `${new Date(String(time)).toTimeString().slice(0, 8)} ${text}` };
}
