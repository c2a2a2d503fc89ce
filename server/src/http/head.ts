import type { IncomingMessage } from 'node:http';
import { SeismoError } from '../model/errors.ts';

/** Browsers and proxies send about thirty. Node silently drops those beyond 2,000. */
export const HEADERS_MAX = 200;

/**
 * What Node accepts and RFC 9112 (3.2) forbids: two Host headers, of which a proxy may have used the other.
 * @throws REQUEST_INVALID, HEADERS_TOO_LARGE
 */
export function checkHead({ rawHeaders }: IncomingMessage): void {
  if (rawHeaders.length > 2 * HEADERS_MAX)
    throw new SeismoError('HEADERS_TOO_LARGE', `The request has more than ${HEADERS_MAX} headers.`);
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host' && ++hosts > 1)
      throw new SeismoError('REQUEST_INVALID', 'The request has more than one `Host` header. Send one.', {
        field: 'Host',
      });
  }
}
