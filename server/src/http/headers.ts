/** Headers of every answer. Pages have their own policy; everything else is data, whatever a browser takes it for. */
export const DATA_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** One year, for this host only: the other hosts of the domain are not ours to decide about. */
export const HSTS = 'max-age=31536000';
