import { placeOf } from './stack.ts';

/** What a program threw, or rejected a promise with, as the properties of an event `error`. */
export interface Thrown {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  /** The same for what comes from the same place, or where that is not known, is the same but for its numbers. */
  readonly stack: string;
  readonly at?: string;
}

const TEXT_MAX_LENGTH = 200;

/**
 * Anything can be thrown: also nothing, a symbol, an object that no text can be made of. Never throws.
 * @param other the name of what has none
 * @param own what of the stack differs from page to page is taken out
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
  // A character cut in two is no text, and the server would refuse it.
  typeof value === 'string' || typeof value === 'number'
    ? `${value}`.slice(0, TEXT_MAX_LENGTH).replace(/\p{Cs}/gu, '')
    : '';

/** Of an object without a message its kind and JSON, in which only what says what it is has its value: the rest may belong to somebody. */
const wordsFor = (value: unknown): string =>
  typeof value === 'object' && value
    ? textOf(
        `${{}.toString.call(value)} ${JSON.stringify(value, (key, part: unknown) =>
          /^(|code|status|type)$/.test(key) ? part : '*',
        )}`.replace('[object Object] ', ''),
      )
    : textOf(String(value));
