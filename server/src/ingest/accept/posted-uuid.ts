import { SeismoError } from '../../model/errors.ts';
import type { Poster } from '../../model/poster.ts';
import { isRandomUuid, parseUuid, uuidOfText } from '../../row/event-uuid.ts';
import { checkText } from './properties.ts';
import type { ServerUuids } from './server-uuid.ts';

/**
 * The origin of its uuid: `given` by the caller (to be looked up), `made` by the server now (needs no look-up), or the
 * server's `own` that came back (already stored).
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
 * Writes the event's uuid: a new one, or derived from the given one. A string counts for the whole app if its poster is trusted, or else only for
 * its key: what anyone can guess must not turn someone else's event into a duplicate. The same applies to UUIDs that can be computed.
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
      `\`uuid\` must be a string of 1 to ${limits.uuidMaxLength} characters (\`uuidMaxLength\`).`,
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
