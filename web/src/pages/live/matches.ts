import type { LiveEvent } from '../../api/feed.ts';

/** Whether an event contains a string anywhere: in its name, its user, its properties; case-insensitive. */
export function matches(event: LiveEvent, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const { event: name, id, user, device, session, data } = event;
  return [name, id, user, device, session, data === undefined ? undefined : JSON.stringify(data)].some(
    (part) => part?.toLowerCase().includes(wanted) === true,
  );
}

/** The properties in one line: `plan pro · price 19.5`. */
export function summaryOf({ data }: LiveEvent): string {
  if (data === undefined || data === null || typeof data !== 'object') return '';
  return Object.entries(data)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
