/** The lines of `text/event-stream` (HTML, 9.2). The data is JSON, so it contains no line breaks. */

/** @param event absent: a page receives it as `message` */
export function sseMessage(id: string | undefined, event: string | undefined, json: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${json}\n\n`;
}

/** A comment and an id: the page gets no event, and a new connection continues after this id. */
export const heartbeat = (id: string | undefined): string =>
  id === undefined ? ': heartbeat\n\n' : `: heartbeat\nid: ${id}\n\n`;

/** How soon a client reconnects after its connection broke, in ms. */
const RETRY_MS = 2_000;
export const opening = (id: string | undefined): string =>
  `retry: ${RETRY_MS}\n${id === undefined ? '' : `id: ${id}\n`}\n`;
