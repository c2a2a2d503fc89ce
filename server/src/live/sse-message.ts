/** The lines of `text/event-stream` (HTML, 9.2). Texts are JSON, so that no line break stands in them. */

/** @param event absent: what a page hears as `message` */
export function sseMessage(id: string | undefined, event: string | undefined, json: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${json}\n\n`;
}

/** A comment and an id: the page gets no event, and a new connection goes on from this id. */
export const heartbeat = (id: string | undefined): string =>
  id === undefined ? ': heartbeat\n\n' : `: heartbeat\nid: ${id}\n\n`;

/** How soon a client whose connection broke comes back, ms. */
const RETRY_MS = 2_000;
export const opening = (id: string | undefined): string =>
  `retry: ${RETRY_MS}\n${id === undefined ? '' : `id: ${id}\n`}\n`;
