/** The lines of `text/event-stream` (HTML, 9.2). Texts are JSON, so that no line break stands in them. */

/** @param event absent: what a page hears as `message` */
export function message(id: string | undefined, event: string | undefined, json: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${json}\n\n`;
}

/** A comment and a place: nothing is heard, and the reader comes back to this place. */
export const heartbeat = (id: string | undefined): string =>
  id === undefined ? ': heartbeat\n\n' : `: heartbeat\nid: ${id}\n\n`;

/** How soon a reader that was cut off comes back, ms. */
const RETRY_MS = 2_000;
export const opening = (id: string | undefined): string =>
  `retry: ${RETRY_MS}\n${id === undefined ? '' : `id: ${id}\n`}\n`;
