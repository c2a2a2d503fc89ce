import { SeismoError } from '../../model/errors.ts';
import { idFromName } from '../../model/event.ts';
import type { EventLimits } from './limits.ts';
import { checkText } from './properties.ts';

/** The id and the name of an event. @throws EVENT_NAME_MISSING, EVENT_NAME_INVALID, EVENT_ID_INVALID, EVENT_FIELD_UNKNOWN, EVENT_TEXT_INVALID */
export function nameOf(event: Record<string, unknown>, limits: EventLimits): { id: string; name: string } {
  let name = event['event'];
  let id = event['id'];
  if (typeof name === 'object' && name !== null && !Array.isArray(name)) {
    const pair = name as Record<string, unknown>;
    id ??= pair['id'];
    name = pair['event'];
    for (const key of Object.keys(pair))
      if (key !== 'id' && key !== 'event')
        throw new SeismoError(
          'EVENT_FIELD_UNKNOWN',
          `\`event\` can have the fields \`id\` and \`event\`, not \`${key.slice(0, 80)}\`.`,
          {
            field: `event.${key.slice(0, 80)}`,
          },
        );
  }
  // `{id: "$identify"}` alone is an event too (API.md): its name is its id.
  name ??= id;
  if (name === undefined || name === null || name === '')
    throw new SeismoError('EVENT_NAME_MISSING', '`event` is missing. Send the name of the event as a string.', {
      field: 'event',
    });
  const max = limits.eventNameMaxLength;
  if (typeof name !== 'string' || name.length > max || name.trim() === '')
    throw new SeismoError(
      'EVENT_NAME_INVALID',
      `\`event\` must be a string of 1 to ${max} characters (\`eventNameMaxLength\`).`,
      { field: 'event' },
    );
  checkText(name, 'event');
  if (id === undefined || id === null) return { id: idFromName(name), name };
  if (typeof id !== 'string' || id === '' || id.length > max)
    throw new SeismoError(
      'EVENT_ID_INVALID',
      `\`id\` must be a string of 1 to ${max} characters (\`eventNameMaxLength\`).`,
      {
        field: 'id',
      },
    );
  checkText(id, 'id');
  return { id, name };
}
