import { placeOf } from './stack.ts';

/** What a program threw, or rejected a promise with, as the properties of an `error` event. */
export interface Thrown {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  /** The same for errors from the same source, or where that is unknown, for errors that differ only in their numbers. */
  readonly stack: string;
  readonly at?: string;
}

const TEXT_MAX_LENGTH = 200;

/**
 * Anything can be thrown: also nothing, a symbol, an object that cannot be turned into a string. Never throws.
 * @param other the name of an error that has none
 * @param own the part of the stack that differs from page to page, which is removed
 */
export function thrownOf(value: unknown, other = 'Error', own = (stack: string): string => stack): Thrown {
  let found: Readonly<Record<string, unknown>> = {};
  let message = '';
  try {
    if (typeof value === 'object' && value) {
      const { name, code, message, stack } = value as Readonly<Record<string, unknown>>;
      found = { name, code, message, stack };
    }
    message = textOf(found['message']) || wordsFor(value);
  } catch {
    message = 'unreadable';
  }
  const name = textOf(found['name']) || other;
  const code = textOf(found['code']) || undefined;
  const { stack } = found;
  const place =
    typeof stack === 'string' && stack
      ? placeOf(name, own(stack))
      : placeOf([name, code, message.replace(/\d+/g, '0')].join(), '');
  return { name, code, message, ...place };
}

const textOf = (value: unknown): string =>
  // Half a surrogate pair is not valid text, and the server would reject it.
  typeof value === 'string' || typeof value === 'number'
    ? `${value}`.slice(0, TEXT_MAX_LENGTH).replace(/\p{Cs}/gu, '')
    : '';

/** For an object without a message: its type and JSON, in which only identifying fields keep their values, since the rest may be personal. */
const wordsFor = (value: unknown): string =>
  typeof value === 'object' && value
    ? textOf(
        `${{}.toString.call(value)} ${JSON.stringify(value, (key, part: unknown) =>
          /^(|code|status|type)$/.test(key) ? part : '*',
        )}`.replace('[object Object] ', ''),
      )
    : textOf(String(value));
