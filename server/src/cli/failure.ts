import { DirectoryInUse } from '../app/data-directory-lock.ts';
import { ConfigError } from '../config/config-error.ts';
import { SeismoError } from '../model/errors.ts';

/** A command that failed, in one sentence with what to do next. Exit code 1, or 2 for wrong usage. */
export class CommandFailure extends Error {
  readonly exitCode: 1 | 2;
  /** The server's error, if the server rejected it. */
  readonly serverError: ServerError | undefined;

  constructor(message: string, exitCode: 1 | 2 = 1, serverError?: ServerError) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.serverError = serverError;
  }
}

export interface ServerError {
  readonly code: string;
  readonly remedy: string | undefined;
  /** The same request may succeed later. */
  readonly retry: boolean;
}

export interface Described {
  readonly exitCode: 1 | 2;
  /** For people: lines that end with what to do next. */
  readonly text: string;
  /** For --json. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** Describes a failure. Only bugs are shown with their stack. */
export function describeFailure(error: unknown): Described {
  if (error instanceof ConfigError) {
    const lines = error.faults.map(({ setting, message }) => `  ${setting}: ${message}`);
    const help = '`seismo start --help` lists all settings; `seismo config` shows their current values.';
    return {
      exitCode: 2,
      text: ['The configuration is not valid:', ...lines, help].join('\n'),
      value: { code: 'CONFIG_INVALID', message: 'The configuration is not valid.', faults: error.faults },
    };
  }
  if (error instanceof CommandFailure) {
    const { exitCode, message, serverError } = error;
    const lines =
      serverError === undefined ? [message] : [`${message} (${serverError.code})`, serverError.remedy ?? ''];
    return { exitCode, text: lines.join('\n').trimEnd(), value: { message, ...serverError } };
  }
  if (error instanceof SeismoError) {
    const { code, detail, entry } = error;
    const isBug = entry.kind === 'bug';
    return {
      exitCode: 1,
      text: `${detail} (${code})\n${isBug ? String(error.stack) : entry.remedy}`,
      value: { message: detail, code, remedy: entry.remedy },
    };
  }
  // Plain errors are thrown on purpose, and system errors name the file; a TypeError is not meant for users.
  const isTold =
    error instanceof Error && (error.constructor === Error || error instanceof DirectoryInUse || 'syscall' in error);
  const message = error instanceof Error ? error.message : String(error);
  const text = isTold || !(error instanceof Error) ? message : `A bug in Seismo: ${error.stack ?? message}`;
  return { exitCode: 1, text, value: { message } };
}
