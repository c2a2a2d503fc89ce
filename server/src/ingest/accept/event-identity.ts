import { SeismoError } from '../../model/errors.ts';
import { isPlaceholder, isUnidentifiable } from '../../model/user-id.ts';
import { checkText } from './properties.ts';

/** Who an event is of; empty where it does not say. */
export interface EventIdentity {
  readonly user: string;
  readonly device: string;
  readonly session: string;
}

export interface IdentityRules {
  readonly limits: { readonly userMaxLength: number };
  /** For an event that names no device, and no user or is an `$identify`. */
  readonly device?: string | undefined;
  /** An import keeps the event of a row whose user is a placeholder, without that user; a post refuses the event. */
  readonly imported?: object | undefined;
}

/**
 * The user, device and session of an event; numbers become texts.
 * @param isIdentify the event ties devices and traits to its user, so it must name one
 * @throws EVENT_USER_INVALID, EVENT_TEXT_INVALID
 */
export function identityOf(event: Record<string, unknown>, isIdentify: boolean, rules: IdentityRules): EventIdentity {
  const user = textOf(event, 'user', isIdentify, rules);
  if (isIdentify && user === '')
    throw new SeismoError('EVENT_USER_INVALID', 'An $identify must name its user; send the id that your app knows.', {
      field: 'user',
    });
  const device = textOf(event, 'device', isIdentify, rules);
  const session = textOf(event, 'session', false, rules);
  // By its device of the day, what the visitor did before saying who it is leads to the user; the user's other events need none.
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
      `${field} must be a text of 1 to ${rules.limits.userMaxLength} characters (userMaxLength) or a number, or absent.`,
      { field },
    );
  if (isIdentify ? isUnidentifiable(value) : isPlaceholder(value)) {
    if (rules.imported && !isIdentify) return '';
    throw new SeismoError(
      'EVENT_USER_INVALID',
      `${field} is ${JSON.stringify(value.slice(0, 40))}, which programs send when they have no ${field}; send the id that your app knows, or leave ${field} out.`,
      { field },
    );
  }
  checkText(value, field);
  return value;
}

/** JSON.parse has rounded by now: from 2^53 on, two ids may have become one. */
function textOfNumber(value: number, field: Field): string {
  if (Math.abs(value) < 2 ** 53) return String(value);
  throw new SeismoError(
    'EVENT_USER_INVALID',
    `${field} is a number of 2^53 or more, which a double cannot hold safely; send it as a text.`,
    { field },
  );
}
