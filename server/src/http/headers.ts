/** What every answer says to a browser. Pages have a policy of their own; everything else is data, whatever a browser may take it for. */
export const DATA_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** A year, of this host alone: what else the domain serves is not ours to decide. */
export const HSTS = 'max-age=31536000';
