import { createInterface } from 'node:readline';
import { CommandFailure } from './failure.ts';

/** A password from the terminal, not shown; or the first line of standard input when that is not a terminal. */
export async function askPassword(question: string): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) {
    for await (const line of createInterface({ input: stdin })) return line;
    throw new CommandFailure('There is no password on standard input.', 2);
  }
  process.stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let password = '';
  try {
    for await (const chunk of stdin)
      for (const key of chunk as string) {
        if (key === '\r' || key === '\n') return password;
        if (key === '\u0003') throw new CommandFailure('Stopped.');
        password = key === '\u007f' ? password.slice(0, -1) : password + key;
      }
    return password;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    process.stderr.write('\n');
  }
}
