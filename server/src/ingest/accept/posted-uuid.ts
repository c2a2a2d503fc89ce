import { SeismoError } from '../../model/errors.ts';
import type { Poster } from '../../model/poster.ts';
import { isRandomUuid, parseUuid, uuidOfText } from '../../row/event-uuid.ts';
import { checkText } from './properties.ts';
import type { ServerUuids } from './server-uuid.ts';

/**
 * Its uuid was `given` by the caller (and is to be looked up), made by the server now (`made`: needs no look-up), or is one of the
 * server's `own` that came back: stored already.
 */
export type Accepted = 'given' | 'made' | 'own';

export interface UuidRules {
  readonly app: string;
  readonly arrivedAt: number;
  readonly poster: Poster;
  readonly limits: { readonly uuidMaxLength: number };
  readonly uuids: ServerUuids;
}

/**
 * Writes the event's uuid: made, or from what was given. A text counts for the whole app when whoever posts it is trusted, else for its key
 * alone: what anybody can guess must not make another's event a duplicate. So does a UUID that can be worked out.
 * @throws EVENT_UUID_INVALID, EVENT_TEXT_INVALID
 */
export function uuidOf(given: unknown, rules: UuidRules, target: Buffer): Accepted {
  const { app, limits, uuids, poster } = rules;
  if (given === undefined || given === null) {
    uuids.make(app, rules.arrivedAt, target);
    return 'made';
  }
  if (typeof given !== 'string' || given === '' || given.length > limits.uuidMaxLength)
    throw new SeismoError(
      'EVENT_UUID_INVALID',
      `uuid must be a text of 1 to ${limits.uuidMaxLength} characters (uuidMaxLength).`,
      { field: 'uuid' },
    );
  checkText(given, 'uuid');
  const isUuid = parseUuid(given, target);
  if (isUuid && uuids.isOwn(app, target)) return 'own';
  const scope = poster.isTrusted ? undefined : (poster.keyId ?? '');
  if (!isUuid) uuidOfText(app, given, scope, target);
  else if (scope !== undefined && !isRandomUuid(target)) uuidOfText(app, given.toLowerCase(), scope, target);
  return 'given';
}
