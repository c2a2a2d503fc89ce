import Negotiator from 'negotiator';

/** A browser sends a fifth of this. The rest of a longer `Accept` or `Accept-Encoding` is ignored. */
const HEADER_MAX_LENGTH = 1_000;

/**
 * The offered media type that `Accept` prefers (RFC 9110, 12.5.1). The first one if `Accept` is missing or matches
 * none of them, because an answer is more useful than a 406.
 */
export function negotiate<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  const preferred = negotiator({ accept }).mediaType([...offered]);
  return offered.find((type) => type === preferred) ?? offered[0];
}

export type Encoding = 'br' | 'gzip';
/** Smallest first: the order if `Accept-Encoding` prefers several equally. */
const ENCODINGS: readonly Encoding[] = ['br', 'gzip'];

/** The encoding that `Accept-Encoding` prefers (RFC 9110, 12.5.3). Undefined: send the bytes as they are. */
export function encodingFor(accepted: string | undefined): Encoding | undefined {
  const preferred = negotiator({ 'accept-encoding': accepted }).encoding([...ENCODINGS, 'identity'], {
    preferred: ENCODINGS,
  });
  return ENCODINGS.find((encoding) => encoding === preferred);
}

function negotiator(headers: Readonly<Record<string, string | undefined>>): Negotiator {
  const bounded = Object.entries(headers).map(([name, value]) => [name, value?.slice(0, HEADER_MAX_LENGTH)]);
  return new Negotiator({ headers: Object.fromEntries(bounded) });
}
