import { SeismoError } from '../../model/errors.ts';
import { isPlaceholder, isUnidentifiable } from '../../model/user-id.ts';
import { checkText } from './properties.ts';

/** The user, device and session of an event; empty if absent. */
export interface EventIdentity {
  readonly user: string;
  readonly device: string;
  readonly session: string;
}

export interface IdentityRules {
  readonly limits: { readonly userMaxLength: number };
  /** The device of an event that names none, if it has no user or is an `$identify`. */
  readonly device?: string | undefined;
  /** For a row whose user is a placeholder, an import keeps the event without the user. A post rejects the event. */
  readonly imported?: object | undefined;
}

/**
 * The user, device and session of an event. Numbers become strings.
 * @param isIdentify the event ties a device and traits to its user, so it must name one
 * @throws EVENT_USER_INVALID, EVENT_TEXT_INVALID
 */
export function identityOf(event: Record<string, unknown>, isIdentify: boolean, rules: IdentityRules): EventIdentity {
  const user = textOf(event, 'user', isIdentify, rules);
  if (isIdentify && user === '')
    throw new SeismoError(
      'EVENT_USER_INVALID',
      'An `$identify` event must have a `user`. Send the id that your app uses.',
      {
        field: 'user',
      },
    );
  const device = textOf(event, 'device', isIdentify, rules);
  const session = textOf(event, 'session', false, rules);
  // The device of the day ties what the visitor did before signing in to the user. Other events of the user need no device.
  const needsDevice = user === '' || isIdentify;
  return { user, device: device || (needsDevice ? (rules.device ?? '') : ''), session };
}

type Field = 'user' | 'device' | 'session';

function textOf(event: Record<string, unknown>, field: Field, isIdentify: boolean, rules: IdentityRules): string {
  const given = event[field];
  if (given === undefined || given === null) return '';
  const value = typeof given === 'number' ? textOfNumber(given, field) : given;
  if (typeof value !== 'string' || value.length > rules.limits.userMaxLength)
    throw new SeismoError(
      'EVENT_USER_INVALID',
      `\`${field}\` must be a string of 1 to ${rules.limits.userMaxLength} characters (\`userMaxLength\`), a number, or absent.`,
      { field },
    );
  if (isIdentify ? isUnidentifiable(value) : isPlaceholder(value)) {
    if (rules.imported && !isIdentify) return '';
    throw new SeismoError(
      'EVENT_USER_INVALID',
      `\`${field}\` is \`${JSON.stringify(value.slice(0, 40))}\`, which programs send when they have no ${field}. Send the id that your app uses, or leave \`${field}\` out.`,
      { field },
    );
  }
  checkText(value, field);
  return value;
}

/** JSON.parse has already rounded: from 2^53 on, two ids may have become one. */
function textOfNumber(value: number, field: Field): string {
  if (Math.abs(value) < 2 ** 53) return String(value);
  throw new SeismoError(
    'EVENT_USER_INVALID',
    `\`${field}\` is a number of 2^53 or more, which a double can't hold exactly. Send it as a string.`,
    { field },
  );
}
