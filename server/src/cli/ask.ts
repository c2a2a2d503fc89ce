import { createInterface } from 'node:readline';
import { CommandFailure } from './failure.ts';

/** A new password. On a terminal it is asked for twice, because no one sees what is typed. */
export async function askNewPassword(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    for await (const line of createInterface({ input: process.stdin })) return line;
    throw new CommandFailure(
      'There is no password on standard input. Type it in a terminal, or pipe it in: `echo "$PASSWORD" | seismo …`',
      2,
    );
  }
  const password = await askHidden(question);
  if ((await askHidden('Repeat the password: ')) !== password)
    throw new CommandFailure('The passwords do not match. Nothing was changed.');
  return password;
}

const ENTER = /^[\r\n]$/;
const BACKSPACE = /^[\u007f\b]$/;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

function askHidden(question: string): Promise<string> {
  const { stdin } = process;
  process.stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let password = '';
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      stdin.off('data', read);
      stdin.setRawMode(false);
      stdin.pause();
      process.stderr.write('\n');
      settle();
    };
    const read = (chunk: string): void => {
      for (const key of chunk) {
        const isOver = ENTER.test(key);
        if (isOver) end(() => resolve(password));
        else if (key === CTRL_C || key === CTRL_D) end(() => reject(new CommandFailure('Stopped.')));
        else password = BACKSPACE.test(key) ? password.slice(0, -1) : password + key;
        if (isOver) return;
      }
    };
    stdin.on('data', read);
    stdin.resume();
  });
}
